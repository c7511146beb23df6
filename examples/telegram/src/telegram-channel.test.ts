import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { ChannelEvent } from '@switchboard/core'
import {
  type ChannelHarness,
  channelContract,
  type ProviderAnswer,
  type ProviderMessage,
} from '@switchboard/core/contracts'
import { describe, expect, it } from 'vitest'
import { telegramChannel } from './telegram-channel.js'

const token = '7000000001:a-sample-of-a-token'
const webhookSecret = 'a-long-random-text'
const person = 700000042

const reply = (status: number, body: unknown) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

const answers: Readonly<Record<ProviderAnswer, (response: ServerResponse, socket: Socket) => void>> = {
  accept: reply(200, { ok: true, result: { message_id: 12, chat: { id: person }, date: 1_789_000_000 } }),
  refuse: reply(403, { ok: false, error_code: 403, description: 'Forbidden: bot was blocked by the user' }),
  overload: reply(429, { ok: false, error_code: 429, parameters: { retry_after: 3 } }),
  garbage: reply(200, '<html>All is well</html>'),
  hang: () => undefined,
  reset: (_response, socket) => socket.resetAndDestroy(),
}

interface SendMessage {
  readonly chat_id: string
  readonly text: string
  readonly reply_parameters?: { readonly message_id: number }
}

async function makeHarness(): Promise<ChannelHarness> {
  const requested: ProviderMessage[] = []
  let answer = answers.accept
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { chat_id, text, reply_parameters } = JSON.parse(Buffer.concat(chunks).toString()) as SendMessage
    const quoted = reply_parameters?.message_id
    requested.push({
      to: chat_id,
      text,
      ...(quoted !== undefined && { quotedId: `${person}:${quoted}` }),
    })
    answer(response, request.socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    channel: telegramChannel({ token, webhookSecret, apiUrl }),
    person: { identity: { kind: 'id', value: String(person) }, address: String(person) },
    sampleId: name => `${person}:${numberOf(name)}`,
    answerWith: next => {
      answer = answers[next]
    },
    requested: () => requested,
    reportOf: ({ providerId, text }) =>
      Buffer.from(JSON.stringify(update({ message_id: Number(providerId.split(':')[1]), text }))),
    webhook: (body, from) => webhook(body, from === 'provider' ? webhookSecret : 'a guess'),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** A message's number for a name: the same for the same. */
function numberOf(name: string): number {
  let number = 7
  for (const char of name) number = (number * 31 + char.charCodeAt(0)) % 1_000_000_007
  return number
}

function update(message: object): object {
  return {
    update_id: 900000001,
    message: {
      message_id: 11,
      from: { id: person, is_bot: false, first_name: 'Alex', last_name: 'Rivera' },
      chat: { id: person, type: 'private', first_name: 'Alex' },
      date: 1_789_000_000,
      ...message,
    },
  }
}

function reaction(fields: object): object {
  const chat = { id: person, type: 'private' }
  return { chat, message_id: 11, user: { id: person }, date: 1_789_000_070, old_reaction: [], ...fields }
}

function webhook(body: Uint8Array, secret: string) {
  const get = (name: string) => (name === 'x-telegram-bot-api-secret-token' ? secret : null)
  return { method: 'POST', url: '/telegram', headers: { get }, body }
}

describe('what every channel does', () => {
  for (const { name, run } of channelContract(makeHarness)) it(name, run)
})

describe('what Telegram brings', () => {
  const channel = telegramChannel({ token, webhookSecret })
  async function read(body: object): Promise<ChannelEvent | undefined> {
    const received = await channel.receive?.(webhook(Buffer.from(JSON.stringify(body)), webhookSecret))
    expect(received?.response.status).toBe(200)
    return received?.events[0]
  }

  it('quotes, times, names and files are read', async () => {
    const photo = [{ file_id: 'small' }, { file_id: 'large' }]
    const event = await read(update({ photo, caption: 'This one?', reply_to_message: { message_id: 9 } }))
    expect(event).toMatchObject({
      type: 'message',
      providerId: `${person}:11`,
      quotedId: `${person}:9`,
      sentAt: 1_789_000_000_000,
      chat: { kind: 'direct', person: { name: 'Alex Rivera' } },
      content: { type: 'image', media: { id: 'large' }, caption: 'This one?' },
    })
  })

  it('a group is a group, and who wrote is its sender', async () => {
    const event = await read(update({ chat: { id: -100500, type: 'supergroup', title: 'Team' }, text: 'hi' }))
    expect(event).toMatchObject({
      chat: { kind: 'group', id: '-100500' },
      sender: { identities: [{ kind: 'id', value: String(person) }] },
    })
  })

  it('an edit names the message that it changes', async () => {
    const { message } = update({ edit_date: 1_789_000_060, text: 'at ten' }) as { message: object }
    const edits = [2, 3].map(update_id => read({ update_id, edited_message: message }))
    expect(await edits[0]).toMatchObject({
      type: 'edit',
      targetId: `${person}:11`,
      sentAt: 1_789_000_060_000,
      content: { type: 'text', text: 'at ten' },
    })
    const ids = (await Promise.all(edits)).map(edit => edit && 'providerId' in edit && edit.providerId)
    expect(ids, 'two edits in one second').toEqual([`${person}:11:2`, `${person}:11:3`])
  })

  it.each([
    [[{ type: 'emoji', emoji: '👍' }], '👍'],
    [[], undefined],
  ])('a reaction names its message: %j', async (new_reaction, emoji) => {
    const event = await read({ update_id: 4, message_reaction: reaction({ new_reaction }) })
    expect(event).toMatchObject({ type: 'reaction', targetId: `${person}:11`, providerId: `${person}:11:4` })
    expect(event).toMatchObject({ chat: { person: { identities: [{ kind: 'id', value: String(person) }] } } })
    expect((event as { emoji?: string }).emoji).toBe(emoji)
  })

  it.each([
    { new_reaction: [{ type: 'custom_emoji', custom_emoji_id: '5' }] },
    { user: undefined, actor_chat: { id: -100500 }, new_reaction: [{ type: 'emoji', emoji: '👍' }] },
  ])('a reaction without an emoji or a person is told: %j', async fields => {
    const body = { update_id: 5, message_reaction: reaction(fields) }
    expect(await read(body)).toMatchObject({ type: 'notice', kind: 'message_reaction' })
  })

  it.each([{ update_id: 3, my_chat_member: {} }, { update_id: 4 }, {}, { message: { chat: 7 } }])(
    'what it does not know is told, not lost: %j',
    async body => expect(await read(body)).toMatchObject({ type: 'notice', raw: body }),
  )
})

describe('what Telegram answers', () => {
  const message = {
    id: 'outbound-1',
    channel: 'telegram',
    account: '7000000001',
    to: { kind: 'id', value: String(person) },
    content: { type: 'text', text: 'At nine.' },
    quotedId: `${person}:9`,
  } as const

  /** How a send ends that is answered so, and what was asked. */
  async function send(status: number, answer: object) {
    const asked: unknown[] = []
    const server = createServer(async (request, response) => {
      for await (const chunk of request) asked.push(JSON.parse(String(chunk)))
      reply(status, answer)(response)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const channel = telegramChannel({ token, webhookSecret, apiUrl })
      const verdict = await channel.send(message).catch((error: unknown) => error)
      return { verdict, asked }
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  const error = (error_code: number, more = {}) => ({
    ok: false,
    error_code,
    description: 'No: At nine.',
    ...more,
  })

  it.each([
    [429, { parameters: { retry_after: 7 } }, { retryable: true, scope: 'account', retryAfterMs: 7_000 }],
    [403, {}, { retryable: false, scope: 'recipient' }],
    [401, {}, { retryable: false, scope: 'auth' }],
    [404, {}, { retryable: false, scope: 'auth' }],
    [400, {}, { retryable: false, scope: 'message' }],
  ])('%i: nothing was sent', async (status, more, expected) => {
    const { verdict } = await send(status, error(status, more))
    expect(verdict).toMatchObject({ code: 'channel_refused', providerCode: String(status), ...expected })
    expect(String(verdict)).not.toContain('At nine.')
  })

  it.each([500, 502])('%i: nobody can tell, whatever it says', async status => {
    expect((await send(status, error(status))).verdict).toMatchObject({ code: 'channel_unknown' })
  })

  it('a quoted message that is gone does not hold the answer up', async () => {
    const { verdict, asked } = await send(200, { ok: true, result: { message_id: 12 } })
    expect(verdict).toEqual({ providerId: `${person}:12` })
    expect(asked).toMatchObject([{ reply_parameters: { message_id: 9, allow_sending_without_reply: true } }])
  })
})
