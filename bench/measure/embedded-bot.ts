import {
  type Bot,
  type Channel,
  createBot,
  type InboundMessage,
  type Responder,
  type Store,
} from '@switchboard/core'
import { account } from '../load/wire.js'

/** A bot in this process, on a channel that takes every message at once: what is left is the bot and its store. */
export interface EmbeddedBot extends AsyncDisposable {
  readonly bot: Bot
  /** A text from a person; resolves when it is committed. */
  write(phone: string, text: string): Promise<void>
  /** The same; resolves when the reply is sent and recorded. One at a time. */
  exchange(phone: string, text: string): Promise<void>
}

export interface EmbeddedBotOptions {
  readonly store: Store
  readonly respond?: Responder
  readonly quietMs?: number
}

export async function startEmbeddedBot(options: EmbeddedBotOptions): Promise<EmbeddedBot> {
  const { store, respond = turn => `pong ${turn.text}`, quietMs = 0 } = options
  const bot = createBot({
    channels: [instantChannel()],
    store,
    respond,
    buffer: { quietMs },
    // No sweep while something is counted.
    sweepMs: 3_600_000,
  })
  await bot.ready()
  const worker = bot.work()
  // The first sweep belongs to the start, not to what is counted.
  while (worker.lastSweptAt === undefined) await new Promise(resolve => setTimeout(resolve, 5))
  const write = async (phone: string, text: string) => {
    const response = await bot.handle(textRequest(phone, text))
    if (response.status !== 200) throw new Error(`the webhook was answered ${response.status}`)
  }
  return {
    bot,
    write,
    async exchange(phone, text) {
      const sent = new Promise<unknown>(resolve => bot.once('message.sent', resolve))
      await write(phone, text)
      await sent
    },
    [Symbol.asyncDispose]: () => bot.close(),
  }
}

let written = 0

function textRequest(phone: string, text: string) {
  const body = Buffer.from(JSON.stringify({ phone, text, id: `in-${++written}` }))
  return { method: 'POST', url: '/instant', headers: { get: () => null }, body }
}

/** A text of a person as the channel of this bot reports it. */
export function textEvent(phone: string, providerId: string, text: string): InboundMessage {
  return {
    type: 'message',
    channel: 'instant',
    account: account.phoneNumberId,
    providerId,
    chat: { kind: 'direct', person: { identities: [{ kind: 'phone', value: phone }] } },
    author: 'customer',
    content: { type: 'text', text },
  }
}

function instantChannel(): Channel {
  let sent = 0
  return {
    specificationVersion: 'v1',
    name: 'instant',
    defaultAccount: account.phoneNumberId,
    receive({ body }) {
      const { phone, text, id } = JSON.parse(Buffer.from(body).toString())
      return {
        events: [{ ...textEvent(phone, id, text), sentAt: Date.now() }],
        response: { status: 200 },
      }
    },
    send: async () => ({ providerId: `out-${++sent}` }),
  }
}
