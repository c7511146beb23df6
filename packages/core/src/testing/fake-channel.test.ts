import { describe, expect, it } from 'vitest'
import type { WebhookRequest } from '../ports/index.js'
import type { OutboundMessage } from '../vocabulary/index.js'
import { fakeChannel } from './fake-channel.js'
import { fakeClock } from './fake-clock.js'

const message = (id: string): OutboundMessage => ({
  id,
  channel: 'fake',
  account: 'business',
  to: { kind: 'phone', value: '+12025550100' },
  content: { type: 'text', text: `text of ${id}` },
})

async function webhook(request: Request): Promise<WebhookRequest> {
  const { method, url, headers } = request
  return { method, url, headers, body: new Uint8Array(await request.arrayBuffer()) }
}

const posted = (body: string | Uint8Array): WebhookRequest => ({
  method: 'POST',
  url: '/webhooks/fake',
  headers: new Headers(),
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
})

describe('fakeChannel events', () => {
  it('makes a customer’s message from a text alone', () => {
    const channel = fakeChannel()
    const person = { identities: [{ kind: 'phone', value: '+12025550100' }] }
    expect(channel.text('Hello')).toEqual({
      type: 'message',
      channel: 'fake',
      account: 'business',
      providerId: 'fake-in-1',
      author: 'customer',
      chat: { kind: 'direct', person },
      sender: person,
      content: { type: 'text', text: 'Hello' },
    })
    expect(channel.text('Again').providerId).toBe('fake-in-2')
  })

  it('takes who, where, when and which', () => {
    const channel = fakeChannel({ name: 'tea', account: '0815', clock: fakeClock(5_000) })
    expect(
      channel.text('Hello', { from: '+12025550123', name: 'Ada', id: 'm1', group: 'g1', quotedId: 'm0' }),
    ).toMatchObject({
      channel: 'tea',
      account: '0815',
      providerId: 'm1',
      chat: { kind: 'group', id: 'g1' },
      sender: { identities: [{ kind: 'phone', value: '+12025550123' }], name: 'Ada' },
      quotedId: 'm0',
      sentAt: 5_000,
    })
    const bsuid = { identities: [{ kind: 'bsuid', value: 'US.1' }] } as const
    expect(channel.text('Hello', { from: bsuid, sentAt: 1 })).toMatchObject({
      chat: { kind: 'direct', person: bsuid },
      sentAt: 1,
    })
  })

  it('makes an echo to the same person', () => {
    const channel = fakeChannel()
    const echo = channel.echo('I take over')
    expect(echo).toMatchObject({ author: 'operator', chat: channel.text('Hello').chat })
    expect(echo).not.toHaveProperty('sender')
    expect(channel.echo('Hi', { to: '+12025550123' }).chat).toEqual({
      kind: 'direct',
      person: { identities: [{ kind: 'phone', value: '+12025550123' }] },
    })
  })

  it('makes receipts of what was sent', async () => {
    const channel = fakeChannel({ clock: fakeClock(7_000) })
    await channel.send(message('out-1'))
    const error = { code: '131026', message: 'undeliverable' }
    expect(channel.status('failed', channel.sent[0]!, error)).toEqual({
      type: 'status',
      channel: 'fake',
      account: 'business',
      providerId: 'fake-out-1',
      outboundId: 'out-1',
      status: 'failed',
      at: 7_000,
      error,
    })
  })
})

describe('fakeChannel webhooks', () => {
  it('receives what it requests', async () => {
    const channel = fakeChannel()
    const events = [channel.text('Hello'), channel.echo('Hi')]
    const request = channel.request(...events)
    expect(request.url).toBe('http://localhost/webhooks/fake')
    expect(channel.receive(await webhook(request))).toMatchObject({ events, response: { status: 200 } })
  })

  it('receives plain texts', () => {
    const channel = fakeChannel()
    const { events } = channel.receive(
      posted('[{"text":"Hello","from":"+12025550123","id":"m1"},{"text":"!"}]'),
    )
    expect(events).toEqual([
      fakeChannel().text('Hello', { from: '+12025550123', id: 'm1' }),
      fakeChannel().text('!', { id: 'fake-in-1' }),
    ])
    expect(channel.receive(posted('{"text":"One"}')).events).toHaveLength(1)
    expect(channel.receive(posted('[]'))).toMatchObject({ events: [], response: { status: 200 } })
  })

  it.each(['', '{"text":', 'null', '7', '{}', '{"text":7}', '[{"text":"Hello"},null]'])(
    'refuses %j whole',
    body => {
      expect(fakeChannel().receive(posted(body))).toMatchObject({ events: [], response: { status: 400 } })
    },
  )

  it('refuses broken UTF-8 and other methods', () => {
    const channel = fakeChannel()
    expect(channel.receive(posted(new Uint8Array([0x22, 0xff, 0x22]))).response.status).toBe(400)
    expect(channel.receive({ ...posted('[]'), method: 'GET' }).response.status).toBe(405)
  })
})

describe('fakeChannel sends', () => {
  it('takes everything by default', async () => {
    const channel = fakeChannel()
    expect(await channel.send(message('out-1'))).toEqual({ providerId: 'fake-out-1' })
    expect(await channel.send(message('out-2'))).toEqual({ providerId: 'fake-out-2' })
    expect(channel.sent).toEqual([
      { ...message('out-1'), providerId: 'fake-out-1', text: 'text of out-1' },
      { ...message('out-2'), providerId: 'fake-out-2', text: 'text of out-2' },
    ])
  })

  it('refuses as scripted', async () => {
    const channel = fakeChannel({
      sends: [
        { kind: 'refused', retryable: true, retryAfterMs: 500, message: 'slow down' },
        { kind: 'refused', scope: 'recipient', providerCode: '131026' },
      ],
    })
    await expect(channel.send(message('out-1'))).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: true,
      retryAfterMs: 500,
      message: 'slow down',
    })
    await expect(channel.send(message('out-1'))).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
      scope: 'recipient',
      providerCode: '131026',
    })
    expect(channel.sent).toEqual([])
    expect(channel.attempts).toEqual([message('out-1'), message('out-1')])
  })

  it('keeps the outcome to itself as scripted, having taken the message or not', async () => {
    const channel = fakeChannel()
    channel.scriptSends(
      { kind: 'unknown' },
      { kind: 'unknown', accepted: false },
      { kind: 'sent', providerId: 'x' },
    )
    await expect(channel.send(message('out-1'))).rejects.toMatchObject({ code: 'channel_unknown' })
    await expect(channel.send(message('out-2'))).rejects.toMatchObject({ code: 'channel_unknown' })
    expect(await channel.send(message('out-3'))).toEqual({ providerId: 'x' })
    expect(channel.sent.map(({ id, providerId }) => [id, providerId])).toEqual([
      ['out-1', 'fake-out-1'],
      ['out-3', 'x'],
    ])
  })

  it('takes its time by the clock', async () => {
    const clock = fakeClock()
    const channel = fakeChannel({ clock, sends: [{ kind: 'sent', delayMs: 300 }] })
    const running = channel.send(message('out-1'))
    await clock.advance(299)
    expect(channel.attempts).toHaveLength(1)
    expect(channel.sent).toEqual([])
    await clock.advance(1)
    expect(channel.sent).toHaveLength(1)
    await running
  })

  it('tells an abort on the way from one before it', async () => {
    const clock = fakeClock()
    const channel = fakeChannel({ clock, sends: [{ kind: 'sent', delayMs: 300 }] })
    const controller = new AbortController()
    const running = channel.send(message('out-1'), { signal: controller.signal })
    controller.abort(new Error('deadline'))
    await expect(running).rejects.toMatchObject({ code: 'channel_unknown', cause: { message: 'deadline' } })
    await expect(channel.send(message('out-2'), { signal: controller.signal })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: true,
    })
    expect(channel.sent).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('asks for a clock when it is to wait', async () => {
    const channel = fakeChannel({ sends: [{ kind: 'sent', delayMs: 1 }] })
    await expect(channel.send(message('out-1'))).rejects.toMatchObject({ code: 'configuration' })
  })

  it('records receipts and typing', async () => {
    const channel = fakeChannel()
    const address = { account: 'business', to: message('out-1').to, providerId: 'm1' }
    await channel.markRead(address)
    await channel.startTyping(address)
    expect([channel.markedRead, channel.typing]).toEqual([[address], [address]])
  })
})
