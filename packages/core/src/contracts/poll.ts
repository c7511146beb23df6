import { fail } from './assert.js'

/** Waits in real time until the condition holds, for what comes through a network. */
export async function eventually(condition: () => boolean, what: string, withinMs = 10_000): Promise<void> {
  const until = Date.now() + withinMs
  while (!condition()) {
    if (Date.now() > until) fail(`${what}: did not happen within ${withinMs} ms`)
    await new Promise<void>(resolve => setTimeout(resolve, 5))
  }
}

/** The promise's end, which must come in time: what was told to stop must not hang. */
export async function soon<Value>(promise: Promise<Value>, what: string, withinMs = 10_000): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${withinMs} ms`)), withinMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
