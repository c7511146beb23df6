import { SwitchboardError } from '@switchboard/core'

/**
 * Redis's own words for a state that passes (Redis, "Redis protocol specification": an error begins with its kind):
 * loading its data, running another script, failing over, moving slots, out of memory, unable to write to its disk.
 */
const passing = new Set([
  'LOADING',
  'BUSY',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'OOM',
  'MISCONF',
  'NOREPLICAS',
])

/**
 * The error of a call that failed. Without a cause: errors of `ioredis` carry the arguments of their command, which is
 * the password when it was that of the login that failed.
 */
export function refused(error: unknown): SwitchboardError {
  const words = error instanceof Error ? error.message : 'the client threw something that is no error'
  const kind = /^([A-Z]{2,}) /.exec(words)?.[1]
  if (kind === undefined || passing.has(kind)) {
    return failed(`The rate limiter's Redis cannot be asked now: ${words}`, true)
  }
  return failed(`The rate limiter's Redis refused: ${words}${adviceFor(kind)}`, false)
}

export function unanswered(timeoutMs: number): SwitchboardError {
  return failed(`The rate limiter's Redis did not answer within ${timeoutMs} ms: is it reachable?`, true)
}

export function invalidAnswer(): SwitchboardError {
  return failed(
    'The rate limiter got an answer that is not of its script: is `client` a Redis client?',
    false,
  )
}

export function invalidInput(message: string): SwitchboardError {
  return new SwitchboardError('invalid_input', `redisRateLimiter: ${message}`)
}

export function configuration(message: string): SwitchboardError {
  return new SwitchboardError('configuration', `redisRateLimiter: ${message}`)
}

function failed(message: string, retryable: boolean): SwitchboardError {
  return new SwitchboardError('limiter_failed', message, { retryable })
}

function adviceFor(kind: string): string {
  if (kind === 'NOPERM') {
    return ' (its user needs the commands eval, evalsha, time, get and set, and the keys of the prefix)'
  }
  return kind === 'WRONGTYPE' ? ' (something else uses the keys of the prefix: choose another one)' : ''
}
