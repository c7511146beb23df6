import { EmulatorError } from './errors.js'

/** Waiting for something to become true, looked at again after each change instead of on a timer. */
export interface Watch {
  /** Something changed: look again. */
  notify(): void
  /** Resolves with what the probe finds; rejects after `timeoutMs` with the description as message. */
  until<Found>(probe: () => Found | undefined, timeoutMs: number, describe: () => string): Promise<Found>
  /** Rejects everything still waiting. */
  close(): void
}

export function createWatch(): Watch {
  const waiting = new Map<() => void, (error: EmulatorError) => void>()
  return {
    notify() {
      for (const check of [...waiting.keys()]) check()
    },
    until(probe, timeoutMs, describe) {
      const found = probe()
      if (found !== undefined) return Promise.resolve(found)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => fail(new EmulatorError('wait-timeout', `Waited ${timeoutMs} ms for ${describe()}`)),
          timeoutMs,
        )
        function stop(): void {
          clearTimeout(timer)
          waiting.delete(check)
        }
        function fail(error: EmulatorError): void {
          stop()
          reject(error)
        }
        function check(): void {
          const late = probe()
          if (late === undefined) return
          stop()
          resolve(late)
        }
        waiting.set(check, fail)
      })
    },
    close() {
      for (const fail of [...waiting.values()])
        fail(new EmulatorError('closed', 'The emulator was closed while something waited for it.'))
    },
  }
}
