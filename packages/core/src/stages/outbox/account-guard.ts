import type { Clock } from '../../ports/index.js'
import { backoffMs } from '../../rules/index.js'
import type { Emit } from '../../runtime/events.js'

interface Account {
  readonly channel: string
  readonly account: string
}

/**
 * Keeps messages back from accounts that can send nothing: a token that expired, a bill that is not paid. A refusal may
 * concern one message only, so the second one in a row closes the account. From then on one message at a time tries, and
 * the first that gets through opens it.
 */
export interface AccountGuard {
  /** How long a message has to wait, in milliseconds. 0: it may try. */
  waitMs(account: Account): number
  /** The account was refused. Says when to try again, in milliseconds. */
  refused(account: Account, error: string): number
  /** Something got through to the provider, or nobody knows whether it did. */
  tried(account: Account, gotThrough: boolean): void
}

interface Trouble {
  refusals: number
  until: number
  /** A message is trying. */
  trying: boolean
}

const backoff = { baseMs: 30_000, maxMs: 600_000 }
/** How long the others wait while one tries. */
const whileTryingMs = 5_000

export function createAccountGuard(clock: Clock, random: () => number, emit: Emit): AccountGuard {
  const troubles = new Map<string, Trouble>()
  const keyOf = ({ channel, account }: Account) => `${channel}\u0000${account}`

  return {
    waitMs(account) {
      const trouble = troubles.get(keyOf(account))
      if (!trouble || trouble.refusals < 2) return 0
      const left = trouble.until - clock.now()
      if (left > 0) return left
      if (trouble.trying) return whileTryingMs
      trouble.trying = true
      return 0
    },
    refused(account, error) {
      const key = keyOf(account)
      const trouble = troubles.get(key) ?? { refusals: 0, until: 0, trying: false }
      troubles.set(key, trouble)
      trouble.refusals += 1
      trouble.trying = false
      const retryInMs = backoffMs(trouble.refusals, backoff, random())
      trouble.until = clock.now() + retryInMs
      const { channel, account: name } = account
      if (trouble.refusals === 1) emit('account.blocked', { channel, account: name, error })
      return retryInMs
    },
    tried(account, gotThrough) {
      const key = keyOf(account)
      const trouble = troubles.get(key)
      if (!trouble) return
      trouble.trying = false
      if (!gotThrough) return
      troubles.delete(key)
      emit('account.unblocked', { channel: account.channel, account: account.account })
    },
  }
}
