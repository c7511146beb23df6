import {
  type Channel,
  type ChannelEvent,
  createBot,
  type OutboundContent,
  type Peer,
} from '@switchboard/core'
import {
  type Emulator,
  type EmulatorOptions,
  sampleImage,
  sampleVoiceNote,
  startEmulator,
} from '@switchboard/emulator'
import { memoryStore } from '@switchboard/storage/memory'
import { expect, vi } from 'vitest'

type Pushed = Channel & Required<Pick<Channel, 'receive'>>

/** A provider that the emulator plays, with the channel that is made for it. */
export interface Subject<Tested extends Pushed> {
  readonly provider: 'meta' | 'waha' | 'whapi'
  readonly options?: EmulatorOptions
  readonly channelOf: (emulator: Emulator) => Tested
}

export interface EmulatedChannel<Tested extends Pushed> extends AsyncDisposable {
  readonly emulator: Emulator
  readonly channel: Tested
  /** What the channel made of the webhooks. */
  readonly events: ChannelEvent[]
  /** Alex. */
  readonly to: Peer
  /** What becomes of something that is done: the types of the events, and of messages what they carry. */
  kinds(act: Promise<unknown>): Promise<readonly string[]>
}

/** The channel against an emulator that is as strict as the provider. */
export async function emulateChannel<Tested extends Pushed>({
  provider,
  options,
  channelOf,
}: Subject<Tested>): Promise<EmulatedChannel<Tested>> {
  const emulator = await startEmulator({ statuses: false, ...options })
  const channel = channelOf(emulator)
  const events: ChannelEvent[] = []
  webhooksOf(emulator, provider).connect(async request => {
    const { method, url, headers } = request
    const body = new Uint8Array(await request.arrayBuffer())
    const received = await channel.receive({ method, url, headers, body })
    events.push(...received.events)
    return new Response(received.response.body ?? null, { status: received.response.status })
  })
  return {
    emulator,
    channel,
    events,
    to: { kind: 'phone', value: `+${emulator.person().phone}` },
    async kinds(act) {
      events.length = 0
      await act
      return events.map(event => (event.type === 'message' ? event.content.type : event.type))
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  }
}

/** A whole bot: it answers once, knows its own sends, and yields to a person. */
export async function playWholeBot({ provider, options, channelOf }: Subject<Pushed>): Promise<void> {
  const via = provider
  await using emulator = await startEmulator({ statuses: { sentMs: 1, beforeAnswer: true }, ...options })
  const bot = createBot({
    channels: [channelOf(emulator)],
    store: memoryStore(),
    respond: turn => `You said: ${turn.text}`,
    buffer: { quietMs: 0 },
  })
  await using _worker = bot.work()
  const address = `http://bot.example/webhooks/${provider}`
  webhooksOf(emulator, provider).connect(request => bot.fetch(new Request(address, request)))
  emulator.faults.add({ kind: 'duplicate-webhook', concurrent: true })
  const alex = emulator.person()
  await alex.text('hello', { via })
  await emulator.ledger.waitForSent(1)
  const person = { phone: `+${alex.phone}` }
  const arrived = { author: 'bot', status: 'delivered' }
  await vi.waitFor(async () => expect((await bot.messages(person)).at(-1)).toMatchObject(arrived), 5_000)
  expect(await bot.conversation(person)).toMatchObject({ handoff: 'bot' })
  await emulator.echo({ to: alex.name, text: 'Sam here', via })
  expect(await bot.conversation(person)).toMatchObject({ handoff: 'human' })
  await alex.text('thanks', { via })
  await emulator.webhooks.settled()
  expect(emulator.ledger.sent()).toHaveLength(1)
  expect(emulator.refusals).toEqual([])
}

function webhooksOf(emulator: Emulator, provider: Subject<Pushed>['provider']) {
  return provider === 'meta' ? emulator : emulator[provider]
}

export function dataUrl(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`
}

export const poll: OutboundContent = { type: 'poll', question: 'Which?', options: ['Green', 'Black'] }

/** What every server of WhatsApp Web can send. */
export const plainContents: readonly OutboundContent[] = [
  { type: 'text', text: 'Tea?', linkPreview: true },
  { type: 'image', media: { url: dataUrl('image/png', sampleImage()) }, caption: 'Tea' },
  { type: 'voice', media: { url: dataUrl('audio/ogg; codecs=opus', sampleVoiceNote()) } },
  { type: 'location', latitude: 52.5, longitude: 13.4, name: 'Shop', address: 'Main street 1' },
  { type: 'contacts', contacts: [{ name: 'Mara Lind', phones: ['+4915155500001'] }] },
  poll,
]
