import type { Clock, Queue, Wake } from '../ports/index.js'
import { systemClock } from '../runtime/clock.js'

export interface InProcessQueueOptions {
  readonly clock?: Clock
  /** How many conversations are worked on at once. Default 128. */
  readonly concurrency?: number
  /** How many wakes are kept; beyond it new ones are dropped and left to the sweeper. Default 100 000. */
  readonly maxWakes?: number
}

interface Entry {
  readonly dueAt: number
  readonly conversationId: string
}

/** Longer timers fire at once in JavaScript (2³¹ − 1 ms). */
const longestTimerMs = 2 ** 31 - 1

/**
 * The queue for one process: a heap of due times and a single timer. A conversation is in it once, and is not handed
 * out again while its handler runs. Nothing is kept over a restart: the sweeper finds what was due.
 */
export function inProcessQueue(options: InProcessQueueOptions = {}): Queue {
  const { clock = systemClock, concurrency = 128, maxWakes = 100_000 } = options
  const heap = createHeap()
  const dueAt = new Map<string, number>()
  const running = new Map<string, Promise<void>>()
  const waitingForEnd = new Map<string, Entry>()
  let handle: ((wake: Wake) => Promise<void>) | undefined
  let cancelTimer: (() => void) | undefined
  let timerAt = Number.POSITIVE_INFINITY

  function pump(): void {
    const held: Entry[] = []
    const now = clock.now()
    while (handle && running.size < concurrency) {
      const entry = heap.peek()
      if (!entry || entry.dueAt > now) break
      heap.pop()
      if (dueAt.get(entry.conversationId) !== entry.dueAt) continue
      if (running.has(entry.conversationId)) {
        held.push(entry)
        continue
      }
      start(handle, entry.conversationId)
    }
    // A conversation that is being worked on comes back when its handler ends.
    for (const entry of held) waitingForEnd.set(entry.conversationId, entry)
    arm()
  }

  function start(work: (wake: Wake) => Promise<void>, conversationId: string): void {
    dueAt.delete(conversationId)
    const done = work({ conversationId, delayMs: 0 }).finally(() => {
      running.delete(conversationId)
      const held = waitingForEnd.get(conversationId)
      if (held) {
        waitingForEnd.delete(conversationId)
        heap.push(held)
      }
      pump()
    })
    running.set(conversationId, done)
  }

  function arm(): void {
    const next = running.size < concurrency && handle ? heap.peek() : undefined
    if (next?.dueAt === timerAt) return
    cancelTimer?.()
    cancelTimer = undefined
    timerAt = Number.POSITIVE_INFINITY
    if (!next) return
    timerAt = next.dueAt
    const delayMs = Math.min(Math.max(0, next.dueAt - clock.now()), longestTimerMs)
    cancelTimer = clock.after(delayMs, () => {
      timerAt = Number.POSITIVE_INFINITY
      pump()
    })
  }

  return {
    specificationVersion: 'v1',
    name: 'in-process',
    async schedule(wakes) {
      const now = clock.now()
      for (const wake of wakes) {
        const at = now + Math.max(0, wake.delayMs)
        const known = dueAt.get(wake.conversationId)
        if (known !== undefined && known <= at) continue
        if (known === undefined && dueAt.size >= maxWakes) continue
        dueAt.set(wake.conversationId, at)
        heap.push({ dueAt: at, conversationId: wake.conversationId })
      }
      pump()
    },
    work(handler) {
      handle = handler
      pump()
      return {
        async [Symbol.asyncDispose]() {
          handle = undefined
          cancelTimer?.()
          cancelTimer = undefined
          timerAt = Number.POSITIVE_INFINITY
          await Promise.all(running.values())
        },
      }
    },
  }
}

/** A binary heap, earliest due time first. */
function createHeap() {
  const entries: Entry[] = []
  const at = (index: number) => entries[index] as Entry
  const swap = (left: number, right: number) => {
    const entry = at(left)
    entries[left] = at(right)
    entries[right] = entry
  }

  return {
    peek: (): Entry | undefined => entries[0],
    push(entry: Entry): void {
      entries.push(entry)
      let index = entries.length - 1
      while (index > 0) {
        const parent = (index - 1) >> 1
        if (at(parent).dueAt <= at(index).dueAt) break
        swap(parent, index)
        index = parent
      }
    },
    pop(): void {
      const last = entries.pop()
      if (!last || entries.length === 0) return
      entries[0] = last
      let index = 0
      for (;;) {
        let least = index
        for (const child of [2 * index + 1, 2 * index + 2]) {
          if (child < entries.length && at(child).dueAt < at(least).dueAt) least = child
        }
        if (least === index) return
        swap(index, least)
        index = least
      }
    },
  }
}
