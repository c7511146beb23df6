import { describe, expect, it } from 'vitest'
import type { Queue, Wake } from '../ports/index.js'
import { inProcessQueue } from '../queue/in-process.js'
import { systemClock } from '../runtime/clock.js'
import { fakeClock } from '../testing/index.js'
import { type ContractCase, queueContract } from './index.js'

function inFakeTime(spoil: (queue: Queue) => Partial<Queue> = () => ({})): readonly ContractCase[] {
  return queueContract(async () => {
    const clock = fakeClock()
    const queue = inProcessQueue({ clock })
    return {
      queue: { ...queue, ...spoil(queue) },
      now: clock.now,
      advance: clock.advance,
      close: async () => {},
    }
  })
}

describe('in-process queue', () => {
  for (const test of inFakeTime()) it(test.name, test.run)
})

describe('in-process queue in real time', () => {
  const cases = queueContract(async () => ({
    queue: inProcessQueue(),
    now: systemClock.now,
    advance: ms => new Promise(resolve => void systemClock.after(ms, resolve)),
    close: async () => {},
  }))
  for (const test of cases) it(test.name, test.run)
})

interface Defect {
  readonly name: string
  readonly spoil: (queue: Queue) => Partial<Queue>
  readonly noticedBy: readonly string[]
}

/** Changes the hints that are added. */
const scheduling = (change: (wakes: readonly Wake[]) => readonly Wake[]) => (queue: Queue) => ({
  schedule: (wakes: readonly Wake[]) => queue.schedule(change(wakes)),
})

/** Changes what handlers are given and what is done with them. */
const working =
  (change: (handle: (wake: Wake) => Promise<void>) => (wake: Wake) => Promise<void>) => (queue: Queue) => ({
    work: (handle: (wake: Wake) => Promise<void>) => queue.work(change(handle)),
  })

const defects: readonly Defect[] = [
  {
    name: 'does not wait',
    spoil: scheduling(wakes => wakes.map(wake => ({ ...wake, delayMs: 0 }))),
    noticedBy: [
      'delivery: hands out no hint before its time, and each one after it',
      'delivery: hands out a hint for the far future neither now nor soon',
    ],
  },
  {
    name: 'loses a hint now and then',
    spoil: queue => {
      let count = 0
      return scheduling(wakes => wakes.filter(() => ++count % 700 !== 0))(queue)
    },
    noticedBy: ['delivery: hands out thousands of hints, each at least once'],
  },
  {
    name: 'lets the last hint win',
    spoil: queue => {
      const latest = new Map<string, number>()
      let round = 0
      return {
        async schedule(wakes) {
          round += 1
          for (const { conversationId, delayMs } of wakes) latest.set(conversationId, round * 1e9 + delayMs)
          await queue.schedule(wakes)
        },
        work: handle =>
          queue.work(async wake => {
            const delayMs = (latest.get(wake.conversationId) ?? 0) % 1e9
            if (delayMs < 3_600_000) await handle(wake)
          }),
      }
    },
    noticedBy: [
      'delivery: keeps a hint when a later one is due after it',
      'delivery: takes the soonest of several hints of one call',
    ],
  },
  {
    name: 'keeps the first hint',
    spoil: queue => {
      const seen = new Set<string>()
      return scheduling(wakes =>
        wakes.filter(({ conversationId }) => !seen.has(conversationId) && seen.add(conversationId)),
      )(queue)
    },
    noticedBy: [
      'delivery: lets a hint that is due sooner win',
      'delivery: hands a conversation out again when a hint for it came',
      'delivery: keeps a hint that comes while its conversation is worked on',
      'delivery: lets a handler plan the next look itself',
    ],
  },
  {
    name: 'works on one conversation at a time',
    spoil: queue => {
      let last = Promise.resolve()
      return working(handle => wake => {
        last = last.then(() => handle(wake))
        return last
      })(queue)
    },
    noticedBy: ['workers: works on several conversations at once'],
  },
  {
    name: 'abandons running handlers',
    spoil: queue => ({
      work(handle) {
        const worker = queue.work(handle)
        return {
          async [Symbol.asyncDispose]() {
            void worker[Symbol.asyncDispose]()
          },
        }
      },
    }),
    noticedBy: ['workers: waits for running handlers when it is disposed'],
  },
  {
    name: 'cannot stop',
    spoil: queue => ({
      work(handle) {
        queue.work(handle)
        return { async [Symbol.asyncDispose]() {} }
      },
    }),
    noticedBy: [
      'workers: waits for running handlers when it is disposed',
      'workers: hands out nothing once it is disposed',
    ],
  },
  {
    name: 'forgets what comes before a worker',
    spoil: queue => {
      let working = false
      return {
        schedule: async wakes => (working ? queue.schedule(wakes) : undefined),
        work(handle) {
          working = true
          return queue.work(handle)
        },
      }
    },
    noticedBy: ['delivery: keeps hints that come before there is a worker'],
  },
]

describe('the contract notices a queue that', () => {
  for (const { name, spoil, noticedBy } of defects) {
    it(name, async () => {
      const cases = new Map(inFakeTime(spoil).map(test => [test.name, test]))
      for (const sentence of noticedBy) {
        const test = cases.get(sentence)
        await expect(test?.run(), sentence).rejects.toThrow()
      }
    })
  }
})
