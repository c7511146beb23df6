import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RateGrant } from '../ports/index.js'
import { fakeClock } from '../testing/fake-clock.js'
import { inProcessRateLimiter } from './rate-limiter.js'

const limit = { burst: 3, everyMs: 1_000 }
const bucket = (key: string) => ({ key, limit })

function limiter() {
  const clock = fakeClock()
  const { take, pause } = inProcessRateLimiter({ clock })
  return {
    clock,
    pause,
    take: (keys: readonly string[], most = 0) => take(keys.map(bucket), most) as RateGrant,
  }
}

describe('a rate limiter', () => {
  it('gives the burst at once and then one by one', async () => {
    const { clock, take } = limiter()
    expect([1, 2, 3].map(() => take(['a']))).toEqual(Array(3).fill({ granted: true, waitMs: 0 }))
    expect(take(['a'])).toEqual({ granted: false, waitMs: 1_000 })
    await clock.advance(400)
    expect(take(['a'])).toEqual({ granted: false, waitMs: 600 })
    await clock.advance(600)
    expect(take(['a']).granted).toBe(true)
    expect(take(['a']).granted).toBe(false)
    await clock.advance(60_000)
    expect([1, 2, 3, 4].map(() => take(['a']).granted)).toEqual([true, true, true, false])
  })

  it('gives places ahead in the order of the calls', () => {
    const { take } = limiter()
    expect([1, 2, 3, 4, 5, 6].map(() => take(['a'], 2_000).waitMs)).toEqual([0, 0, 0, 1_000, 2_000, 3_000])
    expect(take(['a'], 2_000)).toEqual({ granted: false, waitMs: 3_000 })
  })

  it('takes from every bucket or from none', () => {
    const { take } = limiter()
    for (const _ of [1, 2, 3]) take(['a', 'b'])
    for (const _ of [1, 2, 3]) expect(take(['a', 'c']).granted).toBe(false)
    expect([1, 2, 3].map(() => take(['c']).granted)).toEqual([true, true, true])
  })

  it('gives nothing while it is paused, limited or not', async () => {
    const { clock, take, pause } = limiter()
    pause('a', 5_000)
    pause('a', 1_000)
    expect(take(['a', 'b'])).toEqual({ granted: false, waitMs: 5_000 })
    expect(inProcessRateLimiter({ clock }).take([{ key: 'a' }], 0)).toEqual({ granted: true, waitMs: 0 })
    await clock.advance(5_000)
    expect(take(['a']).granted).toBe(true)
  })

  it('never gives more than the rate allows in any span, whatever the calls', async () => {
    const calls = fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 3_000 }), most: fc.integer({ min: 0, max: 4_000 }) }),
    )
    await fc.assert(
      fc.asyncProperty(calls, async steps => {
        const { clock, take } = limiter()
        const times: number[] = []
        for (const { afterMs, most } of steps) {
          await clock.advance(afterMs)
          const { granted, waitMs } = take(['a'], most)
          expect(granted).toBe(waitMs <= most)
          if (granted) times.push(clock.now() + waitMs)
        }
        expect(times).toEqual(times.toSorted((one, other) => one - other))
        for (const [index, time] of times.entries()) {
          const earlier = times[index - limit.burst]
          if (earlier !== undefined) expect(time - earlier).toBeGreaterThanOrEqual(limit.everyMs - 1)
          const span = time - (times[0] ?? 0)
          expect(index + 1).toBeLessThanOrEqual(limit.burst + span / limit.everyMs + 0.01)
        }
      }),
    )
  })

  it('does not wait for the time of a clock that was set back', () => {
    let now = 10_000_000
    const clock = { now: () => now, after: () => () => undefined }
    const { take } = inProcessRateLimiter({ clock })
    for (const _ of [1, 2, 3, 4]) take([bucket('a')], 0)
    now = 0
    expect((take([bucket('a')], 0) as RateGrant).waitMs).toBeLessThanOrEqual(61_000)
  })
})
