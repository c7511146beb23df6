import { type Bot, type BotOptions, createBot, type Responder } from '@switchboard/core'
import { fakeChannel, fakeClock, sequentialIds } from '@switchboard/core/testing'
import { memoryStore } from '@switchboard/storage/memory'

/** What one test drives: a whole bot with a clock that stands still. */
export interface EmbeddedBot {
  readonly bot: Bot
  readonly clock: ReturnType<typeof fakeClock>
  readonly channel: ReturnType<typeof fakeChannel>
  readonly store: ReturnType<typeof memoryStore>
  /** Names of the bot's events, in order, with what matters of them. */
  readonly events: readonly string[]
  /** A webhook with one text per argument; resolves to the status. */
  write(...texts: readonly string[]): Promise<number>
  /** What went out, as texts. */
  sent(): readonly string[]
}

export const person = '+12025550123'

/** Answers with the words of the burst. */
export const echo: Responder = turn => `You said: ${turn.text.replaceAll('\n', ' | ')}`

export function embeddedBot(options: Partial<BotOptions> & { readonly start?: boolean } = {}): EmbeddedBot {
  const { start = true, ...botOptions } = options
  const clock = fakeClock()
  const channel = fakeChannel({ clock })
  const store = memoryStore({ clock })
  const events: string[] = []
  const bot = createBot({
    channels: [channel],
    store,
    respond: echo,
    clock,
    generateId: sequentialIds('out'),
    random: () => 0,
    ...botOptions,
  })
  bot.on('turn.completed', ({ outcome }) => events.push(`turn ${outcome}`))
  bot.on('turn.superseded', ({ voids }) => events.push(`superseded ${voids}`))
  bot.on('turn.lost', () => events.push('turn lost'))
  bot.on('turn.failed', ({ attempt }) => events.push(`turn failed ${attempt}`))
  bot.on('turn.parked', () => events.push('turn parked'))
  bot.on('handoff.changed', ({ state, reason }) => events.push(`${state} by ${reason}`))
  bot.on('message.sent', ({ author, attempt }) => events.push(`sent by ${author} ${attempt}`))
  bot.on('message.retrying', ({ afterMs }) => events.push(`again after ${afterMs}`))
  bot.on('message.failed', () => events.push('failed'))
  bot.on('message.unknown', () => events.push('unknown'))
  bot.on('message.status', ({ status }) => events.push(`status ${status}`))
  bot.on('error', (_error, where) => events.push(`error in ${where}`))
  if (start) bot.work()

  return {
    bot,
    clock,
    channel,
    store,
    events,
    async write(...texts) {
      const request = channel.request(...texts.map(text => channel.text(text, { from: person })))
      return (await bot.fetch(request)).status
    },
    sent: () => channel.sent.map(message => message.text ?? ''),
  }
}
