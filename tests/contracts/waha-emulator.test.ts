import { type WahaChannel, wahaChannel } from '@switchboard/adapters/waha'
import { type ChannelEvent, createBot, type OutboundContent, type Peer } from '@switchboard/core'
import { type Emulator, sampleImage, sampleVoiceNote, startEmulator } from '@switchboard/emulator'
import { memoryStore } from '@switchboard/storage/memory'
import { describe, expect, test, vi } from 'vitest'

const via = 'waha'
const engines = ['NOWEB', 'WEBJS', 'GOWS'] as const

function channelOf({ waha: { url, apiKey, session, hmacKey } }: Emulator): WahaChannel {
  return wahaChannel({ url, apiKey, session, ...(hmacKey !== undefined && { hmacKey }) })
}

interface Both extends AsyncDisposable {
  readonly emulator: Emulator
  readonly channel: WahaChannel
  /** What the channel made of the webhooks. */
  readonly events: ChannelEvent[]
  readonly to: Peer
}

/** The channel against an emulator that checks bodies as WAHA's description says. */
async function start(engine: (typeof engines)[number]): Promise<Both> {
  const emulator = await startEmulator({ statuses: false, waha: { engine } })
  const channel = channelOf(emulator)
  const events: ChannelEvent[] = []
  emulator.waha.connect(async request => {
    const { method, url, headers } = request
    const body = new Uint8Array(await request.arrayBuffer())
    const received = await channel.receive({ method, url, headers, body })
    events.push(...received.events)
    return new Response(received.response.body ?? null, { status: received.response.status })
  })
  const to = { kind: 'phone', value: `+${emulator.person().phone}` } as const
  return { emulator, channel, events, to, [Symbol.asyncDispose]: () => emulator.close() }
}

const dataUrl = (type: string, bytes: Uint8Array) =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`

const contents: readonly OutboundContent[] = [
  { type: 'text', text: 'Tea?', linkPreview: true },
  { type: 'image', media: { url: dataUrl('image/png', sampleImage()) }, caption: 'Tea' },
  { type: 'voice', media: { url: dataUrl('audio/ogg; codecs=opus', sampleVoiceNote()) } },
  { type: 'location', latitude: 52.5, longitude: 13.4, name: 'Shop', address: 'Main street 1' },
  { type: 'contacts', contacts: [{ name: 'Mara Lind', phones: ['+4915155500001'] }] },
  { type: 'poll', question: 'Which?', options: ['Green', 'Black'] },
]

describe.each(engines)('WAHA with %s, as the emulator plays it', engine => {
  test.each(contents)('takes $type, with a quote', async content => {
    await using both = await start(engine)
    const { emulator, channel, events, to } = both
    const { id } = await emulator.person().text('Hello', { via })
    const [heard] = events
    if (heard?.type !== 'message') throw new Error('no message came')
    const account = channel.defaultAccount
    const message = { id: 'out-1', channel: 'waha', account, to, content, quotedId: heard.providerId }
    const sent = await channel.send(message)
    expect(emulator.refusals).toEqual([])
    expect(emulator.ledger.sent()).toMatchObject([{ provider: 'waha', quotedId: id, person: 'alex-rivera' }])
    // The engine with a browser does not say the ids of polls and cards.
    if (sent.providerId !== undefined)
      expect(emulator.ledger.sent()[0]?.wamid).toContain(sent.providerId.split('_').at(-1))
  })

  test('everything that a person can do becomes an event', async () => {
    await using both = await start(engine)
    const { emulator, channel, events, to } = both
    const alex = emulator.person()
    const kinds = async (act: Promise<unknown>) => {
      events.length = 0
      await act
      return events.map(event => (event.type === 'message' ? event.content.type : event.type))
    }
    const { id } = await alex.text('The blue one', { via })
    const poll: OutboundContent = { type: 'poll', question: 'Which?', options: ['Green', 'Black'] }
    const account = channel.defaultAccount
    await channel.send({ id: 'out-1', channel: 'waha', account, to, content: poll })
    await emulator.webhooks.settled()
    const asked = emulator.ledger.sent()[0]?.wamid ?? ''
    expect(await kinds(alex.react(id, '👍', { via }))).toEqual(['reaction'])
    expect(await kinds(alex.image(undefined, { via, caption: 'Broken' }))).toEqual(['image'])
    expect(await kinds(alex.voiceNote(undefined, { via }))).toEqual(['voice'])
    expect(await kinds(alex.location({ latitude: 1, longitude: 2 }, { via }))).toEqual(['location'])
    expect(await kinds(alex.contacts([{ name: { formatted_name: 'Dana Fox' } }], { via }))).toEqual([
      'contacts',
    ])
    expect(await kinds(alex.vote(asked, ['Green'], { via }))).toContain('vote')
    expect(await kinds(alex.edit(id, 'The green one', { via }))).toEqual(['edit'])
    expect(await kinds(alex.revoke(id, { via }))).toEqual(['revoke'])
    expect(await kinds(emulator.echo({ to: alex.name, text: 'Sam here', via }))).toEqual(['text'])
    expect(events).toMatchObject([{ author: 'operator' }])
    expect(emulator.refusals).toEqual([])
  })

  test('a whole bot: answers once, knows its own sends, and yields to a person', async () => {
    const statuses = { sentMs: 1, beforeAnswer: true }
    await using emulator = await startEmulator({ statuses, waha: { engine } })
    const bot = createBot({
      channels: [channelOf(emulator)],
      store: memoryStore(),
      respond: turn => `You said: ${turn.text}`,
      buffer: { quietMs: 0 },
    })
    await using _worker = bot.work()
    emulator.waha.connect(request => bot.fetch(new Request('http://bot.example/webhooks/waha', request)))
    emulator.faults.add({ kind: 'duplicate-webhook', concurrent: true })
    const alex = emulator.person()
    await alex.text('hello', { via })
    await emulator.ledger.waitForSent(1)
    const person = { phone: `+${alex.phone}` }
    await vi.waitFor(
      async () =>
        expect((await bot.messages(person)).at(-1)).toMatchObject({ author: 'bot', status: 'delivered' }),
      5_000,
    )
    expect(await bot.conversation(person)).toMatchObject({ handoff: 'bot' })
    await emulator.echo({ to: alex.name, text: 'Sam here', via })
    expect(await bot.conversation(person)).toMatchObject({ handoff: 'human' })
    await alex.text('thanks', { via })
    await emulator.webhooks.settled()
    expect(emulator.ledger.sent()).toHaveLength(1)
    expect(emulator.refusals).toEqual([])
  })
})
