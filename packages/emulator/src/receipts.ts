import type { Status } from './account.js'
import type { World } from './world.js'

const ORDER_PATIENCE_MS = 1_000
const BEFORE_ANSWER_PATIENCE_MS = 5_000
const ECHO_MS = 10

/** What a bot is told of a message that it sent. */
export interface Announcement {
  report(status: Status): Promise<unknown>
  /** It fails on the way: `failed` is its only status. */
  readonly fails: boolean
  /** Shows the message itself, where the provider does that. Comes before its statuses. */
  echo?(): Promise<unknown>
}

/**
 * Announces an accepted message at the times that the settings say: the message itself, then `failed`, or `sent`,
 * `delivered` and perhaps `read`. Resolves when the send may be answered.
 */
export async function announceSent(world: World, { report, fails, echo }: Announcement): Promise<void> {
  const { statuses } = world.settings
  const { track } = world.office
  const nothing: Promise<unknown> = Promise.resolve()
  const later = (ms: number, run: () => Promise<unknown>, before = nothing): Promise<unknown> =>
    track(runLater(world, ms, before, run))
  if (!statuses) return void (echo && later(ECHO_MS, echo))
  const [first, second]: [Status, Status] =
    statuses.order === 'reversed' ? ['delivered', 'sent'] : ['sent', 'delivered']
  const now = statuses.beforeAnswer && !fails
  const echoed = echo ? (now ? track(echo()) : later(statuses.sentMs, echo)) : nothing
  if (fails) return void later(statuses.deliveredMs, () => report('failed'), echoed)
  const reported = () => report(first)
  const started = now ? track(echoed.then(reported)) : later(statuses.sentMs, reported, echoed)
  const followed = later(statuses.deliveredMs, () => report(second), started)
  if (statuses.readMs !== undefined) void later(statuses.readMs, () => report('read'), followed)
  if (now) await Promise.race([started, world.timers.wait(BEFORE_ANSWER_PATIENCE_MS)])
}

/** Runs after `ms`, and after what came before it was taken: the order is kept, unless the bot takes long over it. */
async function runLater(
  world: World,
  ms: number,
  before: Promise<unknown>,
  run: () => Promise<unknown>,
): Promise<void> {
  if (!(await world.timers.wait(ms))) return
  await Promise.race([before, world.timers.wait(ORDER_PATIENCE_MS)])
  await run()
}
