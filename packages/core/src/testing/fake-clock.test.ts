import { describe, expect, it } from 'vitest'
import { fakeClock } from './fake-clock.js'

describe('fakeClock', () => {
  it('stands still until it is moved', async () => {
    const clock = fakeClock(1_000)
    expect(clock.now()).toBe(1_000)
    await clock.advance(250)
    expect(clock.now()).toBe(1_250)
  })

  it('calls back in order of time, then of scheduling, each at its own time', async () => {
    const clock = fakeClock(0)
    const calls: string[] = []
    const after = (ms: number, name: string) => clock.after(ms, () => calls.push(`${name}@${clock.now()}`))
    after(30, 'c')
    after(10, 'a')
    after(10, 'b')
    after(31, 'too late')
    await clock.advance(30)
    expect(calls).toEqual(['a@10', 'b@10', 'c@30'])
    expect(clock.now()).toBe(30)
    expect(clock.pending).toBe(1)
  })

  it('does not call back what was cancelled, not even by an earlier callback', async () => {
    const clock = fakeClock()
    let called = 0
    const cancel = clock.after(20, () => called++)
    clock.after(10, cancel)
    clock.after(5, () => called++)()
    await clock.advance(100)
    expect(called).toBe(0)
    expect(clock.pending).toBe(0)
    cancel()
  })

  it('lets promises settle before and between callbacks, however long their chain', async () => {
    const clock = fakeClock(0)
    const times: number[] = []
    const sleep = (ms: number) => new Promise<void>(resolve => void clock.after(ms, resolve))
    const work = async () => {
      for (let hop = 0; hop < 5_000; hop++) await undefined
      for (let round = 0; round < 3; round++) {
        await sleep(10)
        times.push(clock.now())
      }
    }
    const done = work()
    await clock.advance(30)
    expect(times).toEqual([10, 20, 30])
    await done
  })

  it('calls back at once what was due already', async () => {
    const clock = fakeClock()
    let called = 0
    clock.after(0, () => called++)
    clock.after(-5, () => called++)
    expect(called).toBe(0)
    await clock.advance(0)
    expect(called).toBe(2)
  })

  it('moves once after the other when told twice', async () => {
    const clock = fakeClock(0)
    const times: number[] = []
    clock.after(15, () => times.push(clock.now()))
    await Promise.all([clock.advance(10), clock.advance(10)])
    expect(times).toEqual([15])
    expect(clock.now()).toBe(20)
  })

  it('hands on what a callback throws, and goes on afterwards', async () => {
    const clock = fakeClock(0)
    let called = 0
    clock.after(10, () => {
      throw new Error('broken')
    })
    clock.after(20, () => called++)
    await expect(clock.advance(30)).rejects.toThrow('broken')
    await clock.advance(10)
    expect(called).toBe(1)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to move by %d', async ms => {
    await expect(fakeClock().advance(ms)).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
