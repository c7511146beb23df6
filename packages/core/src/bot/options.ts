import { SwitchboardError } from '../errors.js'
import type {
  BufferPolicy,
  Channel,
  Clock,
  GenerateId,
  Logger,
  Queue,
  RateLimit,
  RateLimiter,
  Responder,
  Store,
  UnknownPolicy,
} from '../ports/index.js'
import { inProcessQueue } from '../queue/in-process.js'
import { defaultQuoteThresholds, type GroupPolicy, type QuoteThresholds } from '../rules/index.js'
import { randomId, systemClock } from '../runtime/clock.js'
import { inProcessRateLimiter } from '../runtime/rate-limiter.js'
import type { WindowTemplate } from '../stages/outbox/send-attempt.js'

/** How answers are made. */
export interface TurnOptions {
  /** How long a worker owns a conversation without a sign of life. After a crash the turn runs again then. Default 10 000. */
  readonly leaseMs?: number
  /** Tries before a failing turn is parked. Default 3. */
  readonly maxAttempts?: number
  /** How often newer messages may void a reply in the making. Default 3. */
  readonly maxVoids?: number
  /** The most messages of one burst. Default 100. */
  readonly maxBurst?: number
  /** How long a responder with its middleware may take. Default 120 000. */
  readonly timeoutMs?: number
}

/** How messages leave. */
export interface SendOptions {
  /** What happens to a message whose outcome stays unknown. Default `park`: it waits for a receipt or a person. */
  readonly unknownPolicy?: UnknownPolicy
  /** How long receipts have to settle an unknown message before `resend` applies. Default 10 000. */
  readonly reconcileMs?: number
  /** Tries of a message that the provider refuses for now, over about seven minutes. Default 12. */
  readonly maxAttempts?: number
  /** How long a provider may take to answer. Default 15 000. */
  readonly timeoutMs?: number
  /**
   * How many messages the long texts of one answer may become; the rest is cut off and ends with `[…]`. Default 5, which is
   * 20 480 characters on WhatsApp: a model that does not stop must not flood a person.
   */
  readonly maxPieces?: number
}

/** What happens when the customer has not written for longer than the channel's window, on WhatsApp 24 hours. */
export interface WindowOptions {
  /**
   * The template that goes out in place of a message of the bot or an operator. Without one, or when it gives nothing, the
   * message is parked: it goes out when the customer writes again, or when `bot.release` lets it go.
   */
  readonly template?: WindowTemplate
}

/** What a bot is put together from. Names that end in `Ms` are milliseconds. */
export interface BotOptions {
  /** At least one. Their names are the last segments of the webhooks' paths. */
  readonly channels: readonly Channel[]
  /** Remembers everything: `postgresStore`, `pgliteStore` or, for tests, `memoryStore`. */
  readonly store: Store
  /** Makes the answers; see `replyWith`. */
  readonly respond: Responder
  /** What wakes workers. Default: in this process. */
  readonly queue?: Queue
  /** When a burst is answered. Default quiet for 1 000 ms, at most 8 000 ms, at most 50 messages. */
  readonly buffer?: Partial<BufferPolicy>
  /** When replies quote. Default more than 1 message after, older than 10 000 ms, or in a group. */
  readonly quote?: Partial<QuoteThresholds>
  /**
   * Which messages of groups are for the bot; it keeps and knows the others. Default `mentioned-or-quoted`.
   *
   * @example
   * groups: ({ content }) => (content.type === 'text' && /^florist\b/i.test(content.text)) || undefined
   */
  readonly groups?: GroupPolicy
  /** How long after an operator's last word the bot takes over again. Default 30 minutes; `null`: only by handback. */
  readonly handoffIdleMs?: number | null
  /** Messages of history for responders that do not say how many they want. Default 10. */
  readonly history?: number
  /** Keep the provider's own objects beside the messages. Default true. */
  readonly keepRaw?: boolean
  /** How long answers may take, and how often they are tried. */
  readonly turns?: TurnOptions
  /** How long sends may take, how often they are tried, and what becomes of those whose outcome is unknown. */
  readonly sends?: SendOptions
  /** What goes out when the customer has not written for too long. Default nothing: messages wait. */
  readonly window?: WindowOptions
  /**
   * Keeps what channels send within their `limits`. Default: in this process, each process for itself;
   * `redisRateLimiter` of `@switchboard/storage/redis` for several together.
   */
  readonly limiter?: RateLimiter
  /** Show a typing indicator when an answer takes longer than this. Default 300; `null`: never. */
  readonly typingAfterMs?: number | null
  /** How often the store is searched for work that no wake speaks for. Default 5 000. */
  readonly sweepMs?: number
  /** How many events may wait for their commit before webhooks are answered 503. Default 10 000. */
  readonly maxWaiting?: number
  /** The longest webhook that is read, in bytes. Default 3 MiB, as Meta sends at most. */
  readonly maxBodyBytes?: number
  /**
   * Gets what goes wrong: webhooks that are refused or not committed, listeners that throw, and `error` events, failed or
   * parked turns and messages in trouble that nobody listens to. Ids, codes and reasons; no words of a person, unless your
   * own code puts them into an error that it reports. Default silent; `console` works, so does a pino logger.
   */
  readonly logger?: Logger
  /** Default the system's. Tests give `fakeClock()`. */
  readonly clock?: Clock
  /** Default random UUIDs. Tests give `sequentialIds()`. */
  readonly generateId?: GenerateId
  /** In [0, 1); spreads retries. */
  readonly random?: () => number
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Options with every default in its place, checked. */
export function resolveOptions(options: BotOptions) {
  checkNumbers(options)
  const { turns = {}, sends = {} } = options
  checkCount('respond.history', options.respond.history ?? 0)
  if (sends.timeoutMs === 0) throw configuration('`sends.timeoutMs` is 0: nothing could be sent')
  const sendTimeoutMs = sends.timeoutMs ?? 15_000
  return {
    channels: channelsByName(options.channels),
    store: options.store,
    respond: options.respond,
    queue: options.queue ?? inProcessQueue(options.clock ? { clock: options.clock } : {}),
    ingest: {
      buffer: { quietMs: 1_000, maxWaitMs: 8_000, maxCount: 50, ...options.buffer },
      handoffIdleMs: options.handoffIdleMs === undefined ? 30 * 60_000 : options.handoffIdleMs,
      keepRaw: options.keepRaw ?? true,
    },
    turn: {
      leaseMs: turns.leaseMs ?? 10_000,
      history: options.respond.history ?? options.history ?? 10,
      maxBurst: turns.maxBurst ?? 100,
      maxAttempts: turns.maxAttempts ?? 3,
      maxVoids: turns.maxVoids ?? 3,
      turnTimeoutMs: turns.timeoutMs ?? 120_000,
      backoff: { baseMs: 500, maxMs: 30_000 },
      quote: { ...defaultQuoteThresholds, ...options.quote },
      // The store waits longer than the sender: the sender's own verdict comes first.
      sendLeaseMs: 2 * sendTimeoutMs,
      maxPieces: Math.max(1, sends.maxPieces ?? 5),
      typingAfterMs: options.typingAfterMs === undefined ? 300 : options.typingAfterMs,
    },
    outbox: {
      limit: 100,
      sendLeaseMs: 2 * sendTimeoutMs,
      sendTimeoutMs,
      unknownPolicy: sends.unknownPolicy ?? 'park',
      reconcileMs: sends.reconcileMs ?? 10_000,
      maxAttempts: sends.maxAttempts ?? 12,
      limiter: options.limiter ?? inProcessRateLimiter(options.clock ? { clock: options.clock } : {}),
      // Short enough to keep the time of the send, long enough for most waits at a number's own pace.
      maxWaitMs: Math.min(2_000, sendTimeoutMs / 4),
      windowTemplate: options.window?.template,
      // The first wait gives a receipt time to say that a refused message was taken after all.
      backoff: { baseMs: 2_000, maxMs: 60_000 },
    },
    lookUp: {
      timeoutMs: 15_000,
      maxAttempts: 4,
      maxWaiting: 1_000,
      concurrency: 4,
      againMs: 60 * 60_000,
      backoff: { baseMs: 2_000, maxMs: 60_000 },
    },
    groups: groupPolicy(options.groups),
    sweepMs: options.sweepMs ?? 5_000,
    maxWaiting: options.maxWaiting ?? 10_000,
    maxBodyBytes: options.maxBodyBytes ?? 3 * 1024 * 1024,
    logger: options.logger ?? silent,
    clock: options.clock ?? systemClock,
    generateId: options.generateId ?? randomId,
    random: options.random ?? Math.random,
  } as const
}

export type ResolvedOptions = ReturnType<typeof resolveOptions>

function channelsByName(channels: readonly Channel[]): ReadonlyMap<string, Channel> {
  const byName = new Map(channels.map(channel => [channel.name, channel]))
  if (channels.length === 0) throw configuration('`channels` is empty: give at least one channel')
  if (byName.size < channels.length) {
    throw configuration('two channels have the same name: set `name` on one of them')
  }
  for (const { name, limits } of channels) {
    for (const [scope, limit] of Object.entries(limits ?? {})) checkLimit(`${name}: \`limits.${scope}`, limit)
  }
  for (const { name, pollMs = 1 } of channels) {
    if (pollMs > 0 && pollMs <= largestNumber) continue
    throw configuration(`\`pollMs\` of the channel ${name} must be more than 0, not ${pollMs}`)
  }
  return byName
}

function checkLimit(name: string, { burst, everyMs }: RateLimit): void {
  if (!(burst >= 1 && burst <= largestNumber)) {
    throw configuration(
      `channel ${name}.burst\` must be at least 1 and at most ${largestNumber}, not ${burst}`,
    )
  }
  if (!(everyMs >= 0 && everyMs <= largestNumber)) {
    throw configuration(`channel ${name}.everyMs\` must be a number of milliseconds, not ${everyMs}`)
  }
}

function groupPolicy(policy: GroupPolicy = 'mentioned-or-quoted'): GroupPolicy {
  const names: readonly unknown[] = ['mentioned-or-quoted', 'all', 'none']
  if (typeof policy === 'function' || names.includes(policy)) return policy
  throw configuration(`\`groups\` is ${policy}: give one of ${names.join(', ')}, or a function`)
}

function checkNumbers(section: object, path = ''): void {
  for (const [key, value] of Object.entries(section)) {
    if (typeof value === 'number' && !(value >= 0 && value <= largestNumber)) {
      throw configuration(`\`${path}${key}\` must be a number from 0 to ${largestNumber}, not ${value}`)
    }
    if (typeof value === 'number' && counts.has(key)) checkCount(`${path}${key}`, value)
    if (numberSections.has(key)) checkNumbers(value ?? {}, `${path}${key}.`)
  }
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value > largestCount) {
    throw configuration(`\`${name}\` must be a whole number up to ${largestCount}, not ${value}`)
  }
}

/** What databases count. */
const counts = new Set(['history', 'maxCount', 'maxBurst', 'maxAttempts', 'maxVoids', 'maxPieces'])

/** What databases count with. */
const largestCount = 2 ** 31 - 1

/** Over thirty years in milliseconds. Databases cannot reckon with much more: every message would be refused. */
const largestNumber = 1e12

const numberSections = new Set(['buffer', 'quote', 'turns', 'sends'])

function configuration(message: string): SwitchboardError {
  return new SwitchboardError('configuration', `createBot: ${message}`)
}
