import { fail } from './assert.js'

const longestWaitMs = 10_000

/** Waits in real time until the condition holds, for what comes through a network. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const until = Date.now() + longestWaitMs
  while (!condition()) {
    if (Date.now() > until) fail(`${what}: did not happen within ${longestWaitMs} ms`)
    await new Promise<void>(resolve => setTimeout(resolve, 5))
  }
}

/** The error of a call that was told to stop: it must come, and not only when the other side wakes up. */
export async function endsWith(call: Promise<unknown>, what: string): Promise<unknown> {
  let ended: { readonly error?: unknown } | undefined
  call.then(
    () => {
      ended = {}
    },
    (error: unknown) => {
      ended = { error }
    },
  )
  await eventually(() => ended !== undefined, what)
  if (ended?.error === undefined) fail(`${what}: expected an error, but it succeeded`)
  return ended.error
}
