import type { OutboundMessage } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { type Answer, json, startServer } from '../../../http/local-server.test.support.js'
import { type WhapiChannelOptions, whapiChannel } from '../index.js'
import { account, channelOptions, phone } from '../webhook/samples.test.support.js'

const message: OutboundMessage = {
  id: 'message-1',
  channel: 'whapi',
  account,
  to: { kind: 'phone', value: `+${phone}` },
  content: { type: 'text', text: 'The code of the gate is 4711' },
}
const reaction: OutboundMessage = {
  ...message,
  content: { type: 'reaction', targetId: 't.1-a', emoji: '👍' },
}

const unknown = { code: 'channel_unknown', retryable: false }

function error(code: number, details = 'Something is wrong'): object {
  return { error: { code, message: 'error', details, href: 'https://whapi.example/errors' } }
}

/** Both ways to send must judge alike. */
const transports: [name: string, options: Partial<WhapiChannelOptions>][] = [
  ['built-in client', {}],
  ['fetch', { fetch }],
]

describe.each(transports)('%s', (_name, transport) => {
  async function sendTo(answer: Answer, what = message): Promise<unknown> {
    const { url } = await startServer(answer)
    const channel = whapiChannel({ ...channelOptions, ...transport, apiUrl: url, timeoutMs: 5_000 })
    return channel.send(what).catch((thrown: unknown) => thrown)
  }

  test.each([
    [400, 'message', false],
    [401, 'auth', false],
    [402, 'account', false],
    [403, 'recipient', false],
    [404, 'recipient', false],
    [413, 'message', false],
    [415, 'message', false],
    [418, 'message', false],
    [429, 'account', true],
  ])('%i is a refusal of scope %s', async (status, scope, retryable) => {
    const refusal = { code: 'channel_refused', scope, retryable, providerCode: String(status) }
    expect(await sendTo(json(status, error(status)))).toMatchObject(refusal)
    expect(await sendTo(json(status, '<html>Sorry</html>'))).toMatchObject({
      ...refusal,
      // The page of something in front of Whapi knows nothing of chats: all messages wait.
      scope: status === 404 ? 'account' : scope,
      providerCode: undefined,
    })
  })

  test('the code decides below 500', async () => {
    expect(await sendTo(json(400, error(429)))).toMatchObject({ scope: 'account', retryable: true })
    expect(await sendTo(json(200, error(402)))).toMatchObject({ code: 'channel_refused', scope: 'account' })
    expect(await sendTo(json(200, error(999)))).toMatchObject(unknown)
  })

  test.each([500, 502, 503, 504, 520])('%i leaves open what became of it', async status => {
    expect(await sendTo(json(status, error(status)))).toMatchObject(unknown)
    expect(await sendTo(json(status, '<html>Bad gateway</html>'))).toMatchObject(unknown)
    expect(await sendTo(json(status, error(429)))).toMatchObject(unknown)
  })

  test.each([
    '',
    ' ',
    '<html>Sorry</html>',
    '{}',
    '[]',
    'null',
    '{"sent":"yes"}',
    '{"message":{}}',
    '{"sent":tr',
  ])('a success with the body %j says nothing', async body => {
    expect(await sendTo(json(200, body))).toMatchObject(unknown)
    expect(await sendTo(json(201, body))).toMatchObject(unknown)
  })

  test('what says whether it was sent is believed', async () => {
    expect(await sendTo(json(200, { sent: false, message: { id: 'x' } }))).toMatchObject({
      code: 'channel_refused',
      retryable: false,
    })
    expect(await sendTo(json(200, { sent: true }))).toEqual({})
    expect(await sendTo(json(201, { message: { id: 'o.1-a' } }))).toEqual({ providerId: 'o.1-a' })
  })

  test('Retry-After says when', async () => {
    expect(await sendTo(json(429, error(429), { 'retry-after': '9' }))).toMatchObject({ retryAfterMs: 9_000 })
    expect(await sendTo(json(429, error(429)))).toMatchObject({ retryAfterMs: undefined })
    expect(await sendTo(json(400, error(400), { 'retry-after': '9' }))).toMatchObject({
      retryAfterMs: undefined,
    })
  })

  test('redirections are not followed: the token is for one host', async () => {
    const elsewhere = await startServer(json(200, { sent: true }))
    expect(await sendTo(json(307, '', { location: `${elsewhere.url}/messages/text` }))).toMatchObject({
      code: 'channel_refused',
      scope: 'account',
      retryable: false,
    })
    expect(elsewhere.requests).toEqual([])
  })

  test('a reaction may be repeated, so nothing about it stays unknown', async () => {
    const again = { code: 'channel_refused', retryable: true }
    expect(await sendTo(json(500, error(500)), reaction)).toMatchObject(again)
    expect(await sendTo((_response, socket) => socket.destroy(), reaction)).toMatchObject(again)
    expect(await sendTo(json(200, ''), reaction)).toMatchObject(again)
    const undone = { ...message, content: { type: 'reaction', targetId: 't.1-a' } } as const
    expect(await sendTo(json(500, error(500)), undone)).toMatchObject(again)
    expect(await sendTo(json(200, { success: false }), reaction)).toMatchObject({
      code: 'channel_refused',
      retryable: false,
    })
  })

  test.each([
    ['token', 'Malformed token sample-channel-cred', 'sample-channel'],
    ['text', "'The code of the gate' is not valid", 'code of'],
    ['number', `Recipient ${phone}@s.whatsapp.net is not valid`, phone],
  ])('errors do not repeat the %s', async (_what, details, secret) => {
    const thrown = (await sendTo(json(400, error(400, details)))) as Error
    expect(thrown.message).toContain('error 400')
    expect(JSON.stringify(thrown) + String(thrown) + String(thrown.cause)).not.toContain(secret)
    const harmless = (await sendTo(json(400, error(400, 'Wrong quoted id')))) as Error
    expect(harmless.message).toContain('Wrong quoted id')
  })
})

test('a text that is typed first has so much more time', async () => {
  const { url } = await startServer(response => {
    setTimeout(() => json(200, { sent: true })(response, response.socket as never), 600)
  })
  const options = { ...channelOptions, apiUrl: url, timeoutMs: 300 }
  await expect(whapiChannel(options).send(message)).rejects.toMatchObject(unknown)
  await expect(whapiChannel({ ...options, typingTime: 10 }).send(message)).resolves.toEqual({})
})
