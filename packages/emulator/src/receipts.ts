import type { Status } from './account.js'
import type { World } from './world.js'

const ORDER_PATIENCE_MS = 1_000
const BEFORE_ANSWER_PATIENCE_MS = 5_000

/**
 * Reports the statuses of an accepted message at the times that the settings say: `failed` alone when it fails, or else
 * `sent`, `delivered` and perhaps `read`. Resolves when the send may be answered.
 */
export async function announceStatuses(
  world: World,
  report: (status: Status) => Promise<unknown>,
  fails: boolean,
): Promise<void> {
  const { statuses } = world.settings
  if (!statuses) return
  const later = (
    ms: number,
    status: Status,
    before: Promise<unknown> = Promise.resolve(),
  ): Promise<unknown> => world.office.track(reportLater(world, ms, before, () => report(status)))
  if (fails) return void later(statuses.deliveredMs, 'failed')
  const [first, second]: [Status, Status] =
    statuses.order === 'reversed' ? ['delivered', 'sent'] : ['sent', 'delivered']
  const started = statuses.beforeAnswer ? world.office.track(report(first)) : later(statuses.sentMs, first)
  const followed = later(statuses.deliveredMs, second, started)
  if (statuses.readMs !== undefined) void later(statuses.readMs, 'read', followed)
  if (statuses.beforeAnswer) await Promise.race([started, world.timers.wait(BEFORE_ANSWER_PATIENCE_MS)])
}

/** Reports after `ms`, and after the status before it was taken: the order is kept, unless the bot takes long over it. */
async function reportLater(
  world: World,
  ms: number,
  before: Promise<unknown>,
  report: () => Promise<unknown>,
): Promise<void> {
  if (!(await world.timers.wait(ms))) return
  await Promise.race([before, world.timers.wait(ORDER_PATIENCE_MS)])
  await report()
}
