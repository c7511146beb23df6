import { afterEach, expect, test, vi } from 'vitest'
import { sendsUnderWay } from './sends-under-way.js'

afterEach(() => {
  vi.useRealTimers()
})

test('knows which sends are under way, whatever becomes of them', async () => {
  const { underway, settled } = sendsUnderWay()
  expect(settled('one')).toBeUndefined()
  let end = (_error?: Error): void => undefined
  const send = new Promise<void>((resolve, reject) => {
    end = error => (error ? reject(error) : resolve())
  })
  const sending = underway('one', send)
  const ended = settled('one')
  expect([ended, settled('two')]).toEqual([expect.any(Promise), undefined])
  end(new Error('refused'))
  await expect(sending).rejects.toThrow('refused')
  await ended
  expect(settled('one')).toBeUndefined()
})

test('waits for all of an account, and for none that began later', async () => {
  const { underway, settled } = sendsUnderWay()
  const ends: (() => void)[] = []
  const send = () => void underway('one', new Promise<void>(resolve => ends.push(resolve)))
  send()
  send()
  let ended = false
  const both = settled('one')?.then(() => {
    ended = true
  })
  send()
  ends[0]?.()
  await Promise.resolve()
  expect(ended).toBe(false)
  ends[1]?.()
  await both
  expect(settled('one')).toBeDefined()
})

test('waits ten seconds at most', async () => {
  vi.useFakeTimers()
  const { underway, settled } = sendsUnderWay()
  void underway('one', new Promise(() => undefined))
  let ended = false
  void settled('one')?.then(() => {
    ended = true
  })
  await vi.advanceTimersByTimeAsync(9_999)
  expect(ended).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toBe(true)
})
