import type { Clock, Queue, Wake } from '../ports/index.js'
import { longestTimerMs, systemClock } from '../runtime/clock.js'
import { createWakes } from './wakes.js'

export interface InProcessQueueOptions {
  readonly clock?: Clock
  /** How many conversations are worked on at once. Default 128. */
  readonly concurrency?: number
  /** How many wakes are kept; beyond it new ones are dropped and left to the sweeper. Default 100 000. */
  readonly maxWakes?: number
}

/**
 * The queue for one process: due times in a heap and a single timer. A conversation is not handed out again while its
 * handler runs. Nothing is kept over a restart: the sweeper finds what was due.
 */
export function inProcessQueue(options: InProcessQueueOptions = {}): Queue {
  const { clock = systemClock, concurrency = 128, maxWakes = 100_000 } = options
  const wakes = createWakes()
  const running = new Map<string, Promise<void>>()
  const again = new Set<string>()
  let handle: ((wake: Wake) => Promise<void>) | undefined
  let timer: { readonly at: number; cancel(): void } | undefined

  function pump(): void {
    while (handle && running.size < concurrency) {
      const conversationId = wakes.take(clock.now())
      if (conversationId === undefined) break
      if (running.has(conversationId)) again.add(conversationId)
      else running.set(conversationId, run(handle, conversationId))
    }
    arm(handle && running.size < concurrency ? wakes.nextAt() : undefined)
  }

  async function run(work: (wake: Wake) => Promise<void>, conversationId: string): Promise<void> {
    // A handler does not reject; if one does all the same, its conversation must not stay locked.
    await work({ conversationId, delayMs: 0 }).catch(() => undefined)
    running.delete(conversationId)
    if (again.delete(conversationId)) wakes.add(conversationId, clock.now())
    pump()
  }

  function arm(at: number | undefined): void {
    if (at === timer?.at) return
    timer?.cancel()
    timer = undefined
    if (at === undefined) return
    const cancel = clock.after(Math.min(Math.max(0, at - clock.now()), longestTimerMs), () => {
      timer = undefined
      pump()
    })
    timer = { at, cancel }
  }

  return {
    specificationVersion: 'v1',
    name: 'in-process',
    async schedule(added) {
      const now = clock.now()
      for (const { conversationId, delayMs } of added) {
        if (wakes.size < maxWakes || wakes.has(conversationId))
          wakes.add(conversationId, now + Math.max(0, delayMs))
      }
      pump()
    },
    work(handler) {
      handle = handler
      pump()
      return {
        async [Symbol.asyncDispose]() {
          // Somebody else may work by now.
          if (handle === handler) handle = undefined
          if (!handle) arm(undefined)
          await Promise.all(running.values())
        },
      }
    },
  }
}
