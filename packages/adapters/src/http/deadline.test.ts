import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { orAborted, withDeadline } from './deadline.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const untilAborted = (signal: AbortSignal) => orAborted(new Promise<never>(() => undefined), signal)

test('leaves neither a timer nor a listener behind', async () => {
  const { signal } = new AbortController()
  await expect(withDeadline(1_000, signal, async () => 'done')).resolves.toBe('done')
  await expect(withDeadline(1_000, signal, () => Promise.reject(new Error('failed')))).rejects.toThrow(
    'failed',
  )
  await expect(orAborted(Promise.resolve('done'), signal)).resolves.toBe('done')
  await expect(orAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed')
  expect(vi.getTimerCount()).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('aborts when the time is over, saying so', async () => {
  const running = withDeadline(1_000, undefined, untilAborted).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await running).toMatchObject({ code: 'timeout', message: 'No answer within 1000 ms.' })
})

test('aborts when the caller does, with the reason of the caller', async () => {
  const controller = new AbortController()
  const running = withDeadline(1_000, controller.signal, untilAborted).catch((error: unknown) => error)
  controller.abort('enough')
  expect(await running).toBe('enough')
  expect(await withDeadline(1_000, controller.signal, untilAborted).catch((error: unknown) => error)).toBe(
    'enough',
  )
})
