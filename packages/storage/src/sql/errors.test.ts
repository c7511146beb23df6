import { SwitchboardError } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { isWorthRetrying, toStoreError } from './errors.js'

function failure(message: string, fields: Readonly<Record<string, unknown>> = {}): Error {
  return Object.assign(new Error(message), fields)
}

const cases: readonly (readonly [string, Error, string])[] = [
  ['connection failure', failure('x', { code: '08006' }), 'store_unavailable'],
  ['deadlock that stayed', failure('x', { code: '40P01' }), 'store_unavailable'],
  ['serialisation that stayed', failure('x', { code: '40001' }), 'store_unavailable'],
  ['too many connections', failure('x', { code: '53300' }), 'store_unavailable'],
  ['full disk', failure('x', { code: '53100' }), 'store_unavailable'],
  ['row that went away', failure('x', { code: '23503' }), 'store_unavailable'],
  ['no lock in time', failure('x', { code: '55P03' }), 'store_unavailable'],
  ['statement timeout', failure('x', { code: '57014' }), 'store_unavailable'],
  ['shutdown', failure('x', { code: '57P01' }), 'store_unavailable'],
  ['starting up', failure('x', { code: '57P03' }), 'store_unavailable'],
  ['standby', failure('x', { code: '25006' }), 'store_unavailable'],
  ['refused connection', failure('connect ECONNREFUSED', { code: 'ECONNREFUSED' }), 'store_unavailable'],
  [
    'refused on all addresses',
    new AggregateError([failure('x', { code: 'ECONNREFUSED' })]),
    'store_unavailable',
  ],
  ['unknown host', failure('getaddrinfo', { code: 'EAI_AGAIN' }), 'store_unavailable'],
  ['lost connection', failure('Connection terminated unexpectedly'), 'store_unavailable'],
  ['pool without a free connection', failure('timeout exceeded when trying to connect'), 'store_unavailable'],
  ['slow answer', failure('Query read timeout'), 'store_unavailable'],
  ['text that is none', failure('x', { code: '22021' }), 'store_data'],
  ['unique violation', failure('x', { code: '23505' }), 'store_data'],
  ['too deep a value', failure('x', { code: '54001' }), 'store_data'],
  ['missing function', failure('x', { code: '42883' }), 'store_failed'],
  ['wrong password', failure('x', { code: '28P01' }), 'store_failed'],
  ['fault in a driver', new TypeError('x is not a function'), 'store_failed'],
]

describe('store errors', () => {
  it.each(cases)('%s', (_, error, code) => {
    const result = toStoreError(error)
    expect(result.code).toBe(code)
    expect(result.retryable).toBe(code === 'store_unavailable')
    expect(result.cause).toBe(error)
  })

  it('leave errors of ours as they are', () => {
    const error = new SwitchboardError('locked', 'held')
    expect(toStoreError(error)).toBe(error)
  })

  it('are tried again only when the server undid the call because of another one', () => {
    expect(isWorthRetrying(failure('x', { code: '40P01' }))).toBe(true)
    expect(isWorthRetrying(failure('x', { code: '40001' }))).toBe(true)
    expect(isWorthRetrying(failure('x', { code: '23503' }))).toBe(true)
    expect(isWorthRetrying(failure('Connection terminated unexpectedly'))).toBe(false)
    expect(isWorthRetrying(failure('x', { code: '23505' }))).toBe(false)
  })
})
