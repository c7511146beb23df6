import { SwitchboardError } from '@switchboard/core'
import { unanswered } from './errors.js'

/** Ends each call in time, whatever the client does with it. */
export type Patience = <Result>(call: () => Promise<Result>) => Promise<Result>

/**
 * Clients wait for a Redis that is away: they keep what they are asked until it is back, or until the network gives up,
 * which takes minutes. So once a call was not answered in time, all others fail at once: a message that goes without the
 * limiter need not be late as well, and the client's queue does not grow. Meanwhile one call in `timeoutMs` is still made,
 * for which nobody waits. The first answer, also a late one, opens it again.
 */
export function createPatience(timeoutMs: number): Patience {
  let away = false
  let askedAt = 0

  /** Opens when it answers, however late, and be it that it refuses. */
  function listen(answer: Promise<unknown>): void {
    const open = () => {
      away = false
    }
    answer.then(open, error => SwitchboardError.is(error) && !error.retryable && open())
  }

  function giveUp(): SwitchboardError {
    away = true
    askedAt = performance.now()
    return unanswered(timeoutMs)
  }

  async function waitFor<Result>(call: () => Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined
    let settled = false
    const late = new Promise<never>((_, reject) => {
      // A process that was busy for longer than the time finds the timer due before it has looked at the network: the
      // answer may be there. `setImmediate` comes after that look.
      timer = setTimeout(() => setImmediate(() => settled || reject(giveUp())), timeoutMs)
    })
    const answer = call().finally(() => {
      settled = true
      clearTimeout(timer)
    })
    listen(answer)
    return await Promise.race([answer, late])
  }

  return async call => {
    if (!away) return waitFor(call)
    const now = performance.now()
    if (now - askedAt < timeoutMs) throw unanswered(timeoutMs)
    askedAt = now
    listen(call())
    throw unanswered(timeoutMs)
  }
}
