import { orAborted, withDeadline } from '../../../http/index.js'
import { judgeConnect } from './failures.js'
import { type McpServer, type OpenServer, openServer } from './server.js'
import { type CallWatch, calls } from './watch.js'

/** One connection, from being made until its last call has ended. */
export interface Session {
  readonly opened: Promise<OpenServer>
  /** Ends with the call, with the signal, or when nothing can come any more. */
  run<T>(watch: CallWatch, signal: AbortSignal, call: () => Promise<T>): Promise<T>
  /** No new call takes it. It closes with the last one that runs. */
  lose(): void
  /** Fulfilled when it is closed. */
  readonly closed: Promise<void>
}

/** @param forget told once that the session is of no more use */
export function startSession(server: McpServer, timeoutMs: number, forget: () => void): Session {
  const waiting = new Set<() => void>()
  let running = 0
  let lost = false
  let close = () => {}
  const closed = new Promise<void>(resolve => {
    close = resolve
  })

  // Out of the context of the call that happens to be the first: what connecting sends is not that call's request.
  const opened = calls.exit(() =>
    withDeadline(timeoutMs, undefined, signal =>
      orAborted(openServer(server, { signal, timeoutMs, onLost: breakOff }), signal),
    ).catch(error => {
      lose()
      throw judgeConnect(error)
    }),
  )
  // Whoever waits for it hears of a failure; by then nobody may be waiting.
  opened.catch(() => undefined)

  function lose(): void {
    if (!lost) forget()
    lost = true
    closeIfIdle()
  }

  function breakOff(): void {
    lose()
    for (const fail of [...waiting]) fail()
  }

  function closeIfIdle(): void {
    if (!lost || running > 0) return
    opened
      .then(open => open.close())
      .catch(() => undefined)
      .finally(close)
  }

  return {
    opened,
    lose,
    closed,
    async run(watch, signal, call) {
      running += 1
      try {
        return await raced(watch, waiting, orAborted(calls.run(watch, call), signal))
      } finally {
        running -= 1
        closeIfIdle()
      }
    },
  }
}

function raced<T>(watch: CallWatch, waiting: Set<() => void>, call: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const gone = () => reject(new Error('The connection ended without an answer.'))
    watch.onEnd = gone
    waiting.add(gone)
    call.then(resolve, reject).finally(() => waiting.delete(gone))
  })
}
