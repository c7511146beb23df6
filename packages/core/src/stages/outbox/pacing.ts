import type { ChannelError } from '../../errors.js'
import type { Channel, Clock, RateBucket, RateLimiter } from '../../ports/index.js'
import type { Emit } from '../../runtime/events.js'
import type { OutboundMessage } from '../../vocabulary/index.js'

export interface PacingDependencies {
  readonly limiter: RateLimiter
  readonly clock: Clock
  readonly random: () => number
  readonly emit: Emit
  /** The longest time that a message waits for its place. One that would wait longer is given back to the store. */
  readonly maxWaitMs: number
}

/** Keeps what a channel sends within its limits. */
export interface Pacing {
  /** Waits for the message's turn. Gives the time after which to come back instead, in milliseconds, when that is long. */
  waitForTurn(message: OutboundMessage, channel: Channel): Promise<number | undefined>
  /** Heeds a wait that the provider asked for. */
  heed(message: OutboundMessage, error: ChannelError): Promise<void>
  /** Sends those who wait back to the store, and whoever would have to wait from now on. */
  stop(): void
  start(): void
}

/** How often a limiter that is away is told: every message asks it. */
const tellEveryMs = 60_000

/** Up to half longer: many would come back at the same moment otherwise, and most of them in vain. */
export function spread(ms: number, random: () => number): number {
  return Math.ceil(ms * (1 + random() / 2))
}

export function createPacing({ limiter, clock, random, emit, maxWaitMs }: PacingDependencies): Pacing {
  // An abort signal would warn of a leak: hundreds may wait at once.
  const waiting = new Set<() => void>()
  let stopped = false
  let tellAt = -Infinity

  function tell(error: unknown): void {
    const now = clock.now()
    // A clock that was set back keeps nobody silent.
    if (now < tellAt && now >= tellAt - tellEveryMs) return
    tellAt = now + tellEveryMs
    emit('error', error, 'the rate limiter')
  }

  async function waitForTurn(message: OutboundMessage, channel: Channel): Promise<number | undefined> {
    const most = stopped ? 0 : maxWaitMs
    const { granted, waitMs } = await limiter.take(bucketsOf(message, channel), most)
    if (!granted) return spread(waitMs, random)
    if (waitMs <= 0) return undefined
    return (await sleep(waitMs)) ? undefined : waitMs
  }

  /** Whether the whole time has passed. */
  function sleep(ms: number): Promise<boolean> {
    return new Promise(resolve => {
      const end = (whole: boolean) => {
        waiting.delete(giveUp)
        cancel()
        resolve(whole)
      }
      const giveUp = () => end(false)
      const cancel = clock.after(ms, () => end(true))
      waiting.add(giveUp)
    })
  }

  async function heed(message: OutboundMessage, { scope, retryAfterMs }: ChannelError): Promise<void> {
    const key = scope === 'account' ? accountKey(message) : scope === 'recipient' && recipientKey(message)
    if (key && retryAfterMs !== undefined) await limiter.pause(key, retryAfterMs)
  }

  return {
    // A limiter that is away costs refusals at worst: the message is worth more.
    waitForTurn: (message, channel) =>
      waitForTurn(message, channel).catch((error: unknown) => {
        tell(error)
        return undefined
      }),
    heed: (message, error) => heed(message, error).catch(tell),
    stop() {
      stopped = true
      for (const giveUp of [...waiting]) giveUp()
    },
    start() {
      stopped = false
    },
  }
}

function bucketsOf(message: OutboundMessage, { limits = {} }: Channel): readonly RateBucket[] {
  const { account, recipient } = limits
  return [
    { key: accountKey(message), ...(account && { limit: account }) },
    { key: recipientKey(message), ...(recipient && { limit: recipient }) },
  ]
}

function accountKey({ channel, account }: OutboundMessage): string {
  return JSON.stringify([channel, account])
}

function recipientKey({ channel, account, to }: OutboundMessage): string {
  return JSON.stringify([channel, account, to.kind, to.value])
}
