import type { Queue, Wake } from '../../ports/index.js'
import { fail } from '../assert.js'
import { uniqueId } from '../unique-id.js'

/** What a queue's author gives for each case. */
export interface QueueHarness {
  readonly queue: Queue
  /** The time by which the queue wakes, in milliseconds. */
  now(): number
  /** Lets it go on by at least that much: a fake clock, or waiting. */
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

interface Handled {
  readonly conversationId: string
  readonly at: number
}

/** A queue under test, and what it handed out. */
export interface Workbench extends Pick<QueueHarness, 'queue' | 'now' | 'advance'> {
  readonly handled: readonly Handled[]
  /** Adds hints: conversation and delay. */
  schedule(...wakes: readonly (readonly [conversationId: string, delayMs: number])[]): Promise<void>
  /** Starts a worker that notes what it gets and then does `also`. It is disposed after the case. */
  work(also?: (wake: Wake) => Promise<void>): AsyncDisposable
  /** Lets time go on until the condition holds. */
  until(condition: () => boolean, what: string): Promise<void>
  count(conversationId: string): number
}

/** Cases by their sentence. */
export type QueueTests = Readonly<Record<string, (workbench: Workbench) => Promise<void>>>

/** A conversation id as a store might make it: any characters. */
export function conversationId(name: string): string {
  return uniqueId(`conversation:${name}/ü 😀 `)
}

export async function atWorkbench(
  harness: QueueHarness,
  test: (workbench: Workbench) => Promise<void>,
): Promise<void> {
  const { queue, now, advance } = harness
  const handled: Handled[] = []
  const workers: AsyncDisposable[] = []
  const workbench: Workbench = {
    queue,
    now: () => now(),
    advance: ms => advance(ms),
    handled,
    schedule: (...wakes) =>
      queue.schedule(wakes.map(([conversation, delayMs]) => ({ conversationId: conversation, delayMs }))),
    work(also) {
      const worker = queue.work(async wake => {
        handled.push({ conversationId: wake.conversationId, at: now() })
        await also?.(wake)
      })
      workers.push(worker)
      return worker
    },
    async until(condition, what) {
      for (let round = 0; round < 500; round++) {
        if (condition()) return
        await advance(10)
      }
      fail(`${what}: did not happen within five seconds`)
    },
    count: conversation => handled.filter(entry => entry.conversationId === conversation).length,
  }
  try {
    await test(workbench)
  } finally {
    for (const worker of workers) await worker[Symbol.asyncDispose]()
    await harness.close()
  }
}
