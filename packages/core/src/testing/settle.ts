/** The part of a port that every runtime has; Node's types tell only of its own events. */
interface Port {
  onmessage: (() => void) | null
  postMessage(value: undefined): void
  close(): void
}

/**
 * Lets everything that already runs come to rest: chains of promises of any depth, but no timer and no I/O. A message
 * to oneself arrives in a task of its own, after all microtasks, on every runtime and with no timer that a test runner
 * might have replaced.
 */
export function settle(): Promise<void> {
  const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port }
  return new Promise(resolve => {
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
