import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RateGrant } from '../ports/index.js'
import { fakeClock } from '../testing/fake-clock.js'
import { inProcessRateLimiter } from './rate-limiter.js'

const limit = { burst: 3, everyMs: 1_000 }
const bucket = (key: string) => ({ key, limit })

function limiter() {
  const clock = fakeClock()
  const { take } = inProcessRateLimiter({ clock })
  return { clock, take: (keys: readonly string[], most = 0) => take(keys.map(bucket), most) as RateGrant }
}

// What it does at all is in its contract, `contracts/rate-limiter.test.ts`.
describe('a rate limiter', () => {
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

  it('gives no place that is more than a minute ahead, since it could not tell it from such a clock', () => {
    const { take } = limiter()
    const grants = Array.from({ length: 70 }, () => take(['a'], 1e9))
    expect(grants.filter(({ granted }) => granted)).toHaveLength(3 + 60)
    expect(grants.at(-1)).toEqual({ granted: false, waitMs: 61_000 })
  })
})
