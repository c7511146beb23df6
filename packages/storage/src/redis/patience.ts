import { unanswered } from './errors.js'

/** Ends each call in time, whatever the client does with it. */
export type Patience = <Result>(call: () => Promise<Result>) => Promise<Result>

/**
 * Clients wait for a Redis that is away: they keep what they are asked until it is back, or until the network gives up,
 * which takes minutes. So once a call is overdue, only one more is tried at a time and all others fail at once. Neither
 * the callers nor the client's queue suffer then, and the first answer, also a late one, opens it again.
 */
export function createPatience(timeoutMs: number): Patience {
  let trying = 0
  let overdue = 0

  return call =>
    new Promise((resolve, reject) => {
      if (overdue > 0 && trying > 0) {
        reject(unanswered(timeoutMs))
        return
      }
      let late = false
      trying += 1
      const timer = setTimeout(() => setImmediate(giveUp), timeoutMs)
      // A process that was busy for longer than the time finds the timer due before it has looked at the network: the
      // answer may be there. `setImmediate` comes after that look.
      const giveUp = () => {
        if (settled) return
        late = true
        trying -= 1
        overdue += 1
        reject(unanswered(timeoutMs))
      }
      let settled = false
      const settle = () => {
        settled = true
        clearTimeout(timer)
        if (late) overdue -= 1
        else trying -= 1
      }
      call().then(
        result => {
          settle()
          resolve(result)
        },
        (error: unknown) => {
          settle()
          reject(error)
        },
      )
    })
}
