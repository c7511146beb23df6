import { describe, expect, it } from 'vitest'
import type { Emit } from '../../runtime/events.js'
import { fakeClock } from '../../testing/fake-clock.js'
import { createAccountGuard } from './account-guard.js'

const account = { channel: 'fake', account: 'business' }

function guarded() {
  const clock = fakeClock()
  const told: string[] = []
  const emit = ((name: string) => void told.push(name)) as Emit
  const guard = createAccountGuard(clock, () => 0.999, emit)
  return { clock, guard, told }
}

describe('an account guard', () => {
  it('holds nobody up after one refusal, which may concern one message only', () => {
    const { guard, told } = guarded()
    expect(guard.refused(account, '190: expired')).toBeCloseTo(30_000, -2)
    expect(guard.waitMs(account)).toBe(0)
    expect(told).toEqual(['account.blocked'])
  })

  it('closes the account after two in a row, longer each time, and lets one message try', async () => {
    const { clock, guard, told } = guarded()
    guard.refused(account, 'x')
    expect(guard.refused(account, 'x')).toBeCloseTo(60_000, -2)
    expect(guard.waitMs(account)).toBeGreaterThan(59_000)
    expect(guard.waitMs({ ...account, account: 'other' })).toBe(0)
    await clock.advance(60_000)
    expect([guard.waitMs(account), guard.waitMs(account)]).toEqual([0, 5_000])
    expect(guard.refused(account, 'x')).toBeCloseTo(120_000, -2)
    for (const _ of Array(9)) guard.refused(account, 'x')
    expect(guard.refused(account, 'x')).toBeLessThanOrEqual(600_000)
    expect(told).toEqual(['account.blocked'])
  })

  it('lets the next one try when nobody knows what became of the first', async () => {
    const { clock, guard, told } = guarded()
    guard.refused(account, 'x')
    guard.refused(account, 'x')
    await clock.advance(60_000)
    expect(guard.waitMs(account)).toBe(0)
    guard.tried(account, false)
    expect([guard.waitMs(account), guard.waitMs(account)]).toEqual([0, 5_000])
    guard.tried(account, true)
    expect([guard.waitMs(account), guard.waitMs(account)]).toEqual([0, 0])
    guard.tried(account, true)
    expect(told).toEqual(['account.blocked', 'account.unblocked'])
  })
})
