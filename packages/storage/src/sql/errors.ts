import { describeError, StoreError, SwitchboardError } from '@switchboard/core'

/** PostgreSQL's five-character code of an error (PostgreSQL documentation, appendix A). */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

/**
 * Deadlocks, failed serialisations, and a person who was merged with another one between a look and an insert (23503): the
 * same call succeeds when it runs again.
 */
export function isWorthRetrying(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40P01' || state === '40001' || state === '23503'
}

/**
 * Codes and classes of codes after which the same call may succeed later: connection lost (08), transaction rolled back
 * (40), too few resources (53), shut down or cancelled (57), no lock in time, a standby that cannot write yet, a row that
 * went away in this moment.
 */
const unavailable = /^(?:08|40|53|57|58)|^(?:55P03|25006|23503)/

/** Bad values (21, 22, 23), and values too deep or too large for the server (54). */
const badData = /^(?:21|22|23|54)/

/** What drivers throw for lost connections has no code of PostgreSQL but one of the system, or only a text. */
const systemCodes =
  /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ERR_SOCKET|ERR_STREAM|ERR_TLS|CERT_)/
const lostConnection = /connection|timeout|timed out|terminated|socket|not queryable/i

/** Any error of a driver as one of ours. */
export function toStoreError(error: unknown): SwitchboardError {
  if (SwitchboardError.is(error)) return error
  const options = { cause: error }
  const text = describeError(error)
  const state = sqlState(error)
  if (state === undefined) {
    return isLostConnection(error)
      ? new StoreError('store_unavailable', `The database did not answer: ${text}`, options)
      : new StoreError('store_failed', `The database driver failed: ${text}`, options)
  }
  if (unavailable.test(state)) {
    return new StoreError('store_unavailable', `The database cannot serve now: ${text} (${state})`, options)
  }
  if (badData.test(state)) return new StoreError('store_data', describeRefusal(text, error, state), options)
  if (state === '42883' || state === '42P01' || state === '3F000') {
    return new StoreError('store_failed', `The schema is not complete, call init() first: ${text}`, options)
  }
  return new StoreError('store_failed', `The database refused: ${text} (${state})`, options)
}

function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && systemCodes.test(String(error.code))) return true
  // Node reports a failed connection to a name with several addresses as one error of many.
  if (error instanceof AggregateError) return error.errors.some(isLostConnection)
  return lostConnection.test(error.message)
}

function describeRefusal(text: string, error: unknown, state: string): string {
  const constraint = error instanceof Error && 'constraint' in error ? error.constraint : undefined
  if (constraint === 'messages_outbound') {
    return 'An outbound id is taken: generate a new one for every message.'
  }
  return state === '22023' ? text : `The database refused the data: ${text} (${state})`
}
