import { withDeadline } from '../http/index.js'

/**
 * The sends of this process whose answer is still to come. An echo may be quicker than the answer, which tells whose it is: a
 * webhook that cannot know waits for it.
 */
export interface SendsUnderWay {
  /** Notes that a request which may send a message is under way. */
  underway<T>(account: string, send: Promise<T>): Promise<T>
  /** Resolves when the sends that are under way now have ended; `undefined`: there are none. */
  settled(account: string): Promise<void> | undefined
}

/** A webhook does not wait longer for the answer of a send. */
const longestWaitMs = 10_000

export function sendsUnderWay(): SendsUnderWay {
  const sends = new Map<string, Set<Promise<unknown>>>()
  return {
    async underway(account, send) {
      const others = sends.get(account) ?? new Set()
      sends.set(account, others.add(send))
      try {
        return await send
      } finally {
        others.delete(send)
        if (others.size === 0) sends.delete(account)
      }
    },
    settled(account) {
      const underway = sends.get(account)
      return underway && allEnded([...underway])
    },
  }
}

async function allEnded(sends: readonly Promise<unknown>[]): Promise<void> {
  await withDeadline(longestWaitMs, undefined, signal =>
    Promise.race([
      Promise.allSettled(sends),
      new Promise(resolve => signal.addEventListener('abort', resolve, { once: true })),
    ]),
  )
}
