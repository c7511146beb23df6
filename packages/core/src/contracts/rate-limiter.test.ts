import { describe, expect, it } from 'vitest'
import type { RateBucket, RateGrant, RateLimiter } from '../ports/index.js'
import { systemClock } from '../runtime/clock.js'
import { inProcessRateLimiter } from '../runtime/rate-limiter.js'
import { fakeClock } from '../testing/index.js'
import { type ContractCase, rateLimiterContract } from './index.js'

interface InProcess extends RateLimiter {
  take(buckets: readonly RateBucket[], maxWaitMs: number): RateGrant
}

function inFakeTime(
  spoil: (limiter: InProcess) => Partial<RateLimiter> = () => ({}),
): readonly ContractCase[] {
  return rateLimiterContract(async () => {
    const clock = fakeClock()
    const limiter = inProcessRateLimiter({ clock }) as InProcess
    return {
      limiter: { ...limiter, ...spoil(limiter) },
      now: clock.now,
      advance: clock.advance,
      close: async () => {},
    }
  })
}

describe('in-process rate limiter', () => {
  for (const test of inFakeTime()) it(test.name, test.run)
})

describe('in-process rate limiter in real time', () => {
  const cases = rateLimiterContract(async () => ({
    limiter: inProcessRateLimiter(),
    now: systemClock.now,
    advance: ms => new Promise(resolve => void systemClock.after(ms, resolve)),
    close: async () => {},
  }))
  for (const test of cases) it(test.name, test.run)
})

interface Defect {
  readonly name: string
  readonly spoil: (limiter: InProcess) => Partial<RateLimiter>
  readonly noticedBy: readonly string[]
}

/** Changes what is asked for. */
const asking =
  (change: (buckets: readonly RateBucket[], maxWaitMs: number) => Parameters<RateLimiter['take']>) =>
  ({ take }: InProcess) => ({
    take: (buckets: readonly RateBucket[], maxWaitMs: number) => take(...change(buckets, maxWaitMs)),
  })

const limits = (change: (limit: NonNullable<RateBucket['limit']>) => RateBucket['limit']) =>
  asking((buckets, maxWaitMs) => [
    buckets.map(({ key, limit }) => {
      const changed = limit && change(limit)
      return changed ? { key, limit: changed } : { key }
    }),
    maxWaitMs,
  ])

const keys = (change: (key: string) => string) =>
  asking((buckets, maxWaitMs) => [buckets.map(bucket => ({ ...bucket, key: change(bucket.key) })), maxWaitMs])

const defects: readonly Defect[] = [
  {
    name: 'gives one more than the burst',
    spoil: limits(({ burst, everyMs }) => ({ burst: burst + 1, everyMs })),
    noticedBy: ['pace: gives the burst at once and then sends away', 'buckets: keeps them apart'],
  },
  {
    name: 'fills up a little too fast',
    spoil: limits(({ burst, everyMs }) => ({ burst, everyMs: everyMs * 0.9 })),
    noticedBy: ['pace: gives places ahead, one after the other', 'pace: heeds fractions'],
  },
  {
    name: 'leaves fractions out',
    spoil: limits(({ burst, everyMs }) => ({ burst: Math.floor(burst), everyMs: Math.floor(everyMs) })),
    noticedBy: ['pace: heeds fractions', 'pace: keeps to the rate in any span, whatever the calls'],
  },
  {
    name: 'sends everybody away who has to wait',
    spoil: asking(buckets => [buckets, 0]),
    noticedBy: ['pace: gives places ahead, one after the other', 'buckets: waits for the latest'],
  },
  {
    name: 'takes from one after the other',
    spoil: ({ take }) => ({
      take(buckets, maxWaitMs) {
        const grants = buckets.map(bucket => take([bucket], maxWaitMs))
        const waitMs = Math.max(0, ...grants.map(grant => grant.waitMs))
        return { granted: grants.every(({ granted }) => granted), waitMs }
      },
    }),
    noticedBy: [
      'buckets: takes from none when one has nothing',
      'pauses: hold up whoever needs another bucket too, who takes nothing there',
    ],
  },
  {
    name: 'takes a place when it refuses',
    spoil: ({ take }) => ({
      take(buckets, maxWaitMs) {
        const grant = take(buckets, maxWaitMs)
        if (!grant.granted) take(buckets, 60_000)
        return grant
      },
    }),
    noticedBy: ['pace: takes nothing when it refuses'],
  },
  {
    name: 'gives the far places twice',
    spoil: ({ take }) => ({
      take(buckets, maxWaitMs) {
        const { granted, waitMs } = take(buckets, maxWaitMs)
        return { granted: granted || waitMs <= maxWaitMs, waitMs }
      },
    }),
    noticedBy: ['pace: gives no place twice, however far ahead'],
  },
  {
    name: 'confuses keys that look alike',
    spoil: keys(key => key.trim().normalize().toLowerCase()),
    noticedBy: ['buckets: keeps any two keys apart, whatever they are made of'],
  },
  {
    name: 'confuses keys that have no spelling in UTF-8',
    spoil: keys(key => new TextDecoder().decode(new TextEncoder().encode(key))),
    noticedBy: ['buckets: keeps any two keys apart, whatever they are made of'],
  },
  {
    name: 'pauses nothing',
    spoil: () => ({ pause() {} }),
    noticedBy: [
      'pauses: give nothing for as long, limited or not',
      'pauses: let places be taken for the time after them',
    ],
  },
  {
    name: 'pauses only what has a limit',
    spoil: asking((buckets, maxWaitMs) => [buckets.filter(({ limit }) => limit), maxWaitMs]),
    noticedBy: ['pauses: give nothing for as long, limited or not'],
  },
  {
    name: 'lets the last pause win',
    spoil: ({ take, pause }) => {
      const paused = new Map<string, number>()
      let round = 0
      const named = (key: string) => `${key} ${paused.get(key) ?? ''}`
      return {
        take: (buckets, maxWaitMs) =>
          take(
            buckets.map(bucket => ({ ...bucket, key: named(bucket.key) })),
            maxWaitMs,
          ),
        pause(key, ms) {
          paused.set(key, ++round)
          return pause(named(key), ms)
        },
      }
    },
    noticedBy: ['pauses: are not cut short by shorter ones', 'pauses: forget no place that was taken'],
  },
  {
    name: 'forgets when there is much to know',
    spoil: ({ take }) => {
      let seen = 0
      return keys(key => (key.startsWith('person') && ++seen > 1_000 ? `${key} ${seen}` : key))({
        take,
      } as InProcess)
    },
    noticedBy: ['buckets: knows thousands'],
  },
]

describe('the contract notices a rate limiter that', () => {
  for (const { name, spoil, noticedBy } of defects) {
    it(name, async () => {
      const cases = new Map(inFakeTime(spoil).map(test => [test.name, test]))
      for (const sentence of noticedBy) {
        const test = cases.get(sentence)
        expect(test, sentence).toBeDefined()
        await expect(test?.run(), sentence).rejects.toThrow()
      }
    })
  }
})
