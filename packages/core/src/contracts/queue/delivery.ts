import { between, equal, ok } from '../assert.js'
import { conversationId, type QueueTests } from './workbench.js'

/** How much sooner than asked a timer of the platform may fire, in milliseconds. */
const timerTolerance = 2
const soonMs = 3_000

export const deliveryTests: QueueTests = {
  'hands out a hint': async ({ schedule, work, until, handled }) => {
    const id = conversationId('a')
    work()
    await schedule([id, 0])
    await until(() => handled.length > 0, 'a hint without a delay')
    equal(handled[0]?.conversationId, id, 'the conversation')
  },

  'hands out no hint before its time, and each one after it': async ({
    schedule,
    work,
    until,
    handled,
    now,
  }) => {
    const delays = [120, 0, 60, 240, 30]
    const ids = delays.map(delay => conversationId(`${delay}`))
    work()
    const start = now()
    await schedule(...delays.map((delay, index) => [ids[index] ?? '', delay] as const))
    await until(() => new Set(handled.map(entry => entry.conversationId)).size === ids.length, 'all hints')
    for (const [index, delay] of delays.entries()) {
      const first = handled.find(entry => entry.conversationId === ids[index])
      between(
        (first?.at ?? 0) - start,
        delay - timerTolerance,
        delay + soonMs,
        `a hint with a delay of ${delay}`,
      )
    }
  },

  'hands out a hint for the far future neither now nor soon': async ({
    schedule,
    work,
    advance,
    handled,
  }) => {
    work()
    // Beyond 2³¹ ms a timer of JavaScript fires at once.
    await schedule([conversationId('far'), 2 ** 31 + 60_000], [conversationId('farther'), 2 ** 40])
    await advance(100)
    equal(handled, [], 'what was handed out')
  },

  'lets a hint that is due sooner win': async ({ schedule, work, until, count }) => {
    const id = conversationId('a')
    work()
    await schedule([id, 3_600_000])
    await schedule([id, 20])
    await until(() => count(id) > 0, 'the hint that is due sooner')
  },

  'keeps a hint when a later one is due after it': async ({ schedule, work, until, count }) => {
    const id = conversationId('a')
    work()
    await schedule([id, 20])
    await schedule([id, 3_600_000])
    await until(() => count(id) > 0, 'the hint that is due sooner')
  },

  'takes the soonest of several hints of one call': async ({ schedule, work, until, count }) => {
    const id = conversationId('a')
    work()
    await schedule([id, 3_600_000], [id, 10], [id, 7_200_000])
    await until(() => count(id) > 0, 'the hint that is due soonest')
  },

  'keeps hints that come before there is a worker': async ({ schedule, work, until, advance, count }) => {
    const ids = [conversationId('a'), conversationId('b')]
    await schedule([ids[0] ?? '', 0], [ids[1] ?? '', 30])
    await advance(60)
    work()
    await until(() => ids.every(id => count(id) > 0), 'both hints')
  },

  'takes hints that are overdue, and none at all': async ({
    queue,
    schedule,
    work,
    until,
    count,
    advance,
    handled,
  }) => {
    const id = conversationId('late')
    work()
    await queue.schedule([])
    await advance(20)
    equal(handled, [], 'what was handed out of an empty call')
    await schedule([id, -1000])
    await until(() => count(id) > 0, 'an overdue hint')
  },

  'hands a conversation out again when a hint for it came': async ({ schedule, work, until, count }) => {
    const id = conversationId('a')
    work()
    for (const time of [1, 2, 3]) {
      await schedule([id, 0])
      await until(() => count(id) >= time, `the hint number ${time}`)
    }
  },

  'keeps a hint that comes while its conversation is worked on': async ({ schedule, work, until, count }) => {
    const id = conversationId('a')
    let end: () => void = () => {}
    const done = new Promise<void>(resolve => {
      end = resolve
    })
    work(() => (count(id) === 1 ? done : Promise.resolve()))
    try {
      await schedule([id, 0])
      await until(() => count(id) === 1, 'the first hint')
      await schedule([id, 0])
    } finally {
      end()
    }
    await until(() => count(id) >= 2, 'the hint that came during the work')
  },

  'lets a handler plan the next look itself': async ({ schedule, work, until, count }) => {
    const id = conversationId('a')
    work(async () => {
      if (count(id) < 20) await schedule([id, 1])
    })
    await schedule([id, 0])
    await until(() => count(id) >= 20, 'twenty looks, each planned by the one before')
  },

  'hands out thousands of hints, each at least once': async ({ schedule, work, until, handled }) => {
    const ids = Array.from({ length: 5000 }, (_, index) => conversationId(`${index}`))
    work()
    for (let index = 0; index < ids.length; index += 500) {
      await schedule(...ids.slice(index, index + 500).map((id, place) => [id, place % 50] as const))
    }
    const seen = () => new Set(handled.map(entry => entry.conversationId))
    await until(() => seen().size === ids.length, 'five thousand hints')
    const found = seen()
    ok(
      ids.every(id => found.has(id)),
      'each conversation is handed out',
    )
  },
}
