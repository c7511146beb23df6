import { describe, expect, it } from 'vitest'
import { hang, hangInBody, startFakeApi } from '../test-support/fake-api.js'
import { prompt, subjects } from '../test-support/subjects.js'
import { withDeadline } from './deadline.js'

describe.each(subjects)('$name', subject => {
  describe.each([
    ['a server that never answers', hang],
    ['a body that never ends', hangInBody],
  ])('with %s', (_, answer) => {
    it('gives up at the deadline', async () => {
      await using api = await startFakeApi(subject.path, answer)
      await expect(subject.create(api.origin, { timeoutMs: 150 }).generate(prompt)).rejects.toMatchObject({
        name: 'ModelError',
        retryable: true,
        message: expect.stringContaining('150 ms'),
      })
    })

    it('stops with the caller’s reason and closes the connection when the caller aborts', async () => {
      await using api = await startFakeApi(subject.path, answer)
      const arrived = api.nextRequest()
      const controller = new AbortController()
      const running = subject.create(api.origin).generate(prompt, { signal: controller.signal })
      const { closed } = await arrived
      const reason = new Error('a person took over')
      controller.abort(reason)
      await expect(running).rejects.toBe(reason)
      await closed
    })
  })

  it('asks nothing when the caller has aborted already', async () => {
    await using api = await startFakeApi(subject.path)
    const reason = new Error('stopping')
    const model = subject.create(api.origin)
    await expect(model.generate(prompt, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(api.requests).toEqual([])
  })
})

describe('withDeadline', () => {
  it('ends work that ignores its signal', async () => {
    const late = new Error('late')
    await expect(
      withDeadline(
        5,
        undefined,
        () => late,
        () => new Promise(() => {}),
      ),
    ).rejects.toBe(late)
  })

  it('leaves nothing behind on a signal that outlives the call', async () => {
    const { signal } = new AbortController()
    const listening = new Set<unknown>()
    const observed = Object.assign(Object.create(signal) as AbortSignal, {
      throwIfAborted: () => {},
      addEventListener: (_: string, listener: unknown) => listening.add(listener),
      removeEventListener: (_: string, listener: unknown) => listening.delete(listener),
    })
    const running = withDeadline(
      60_000,
      observed,
      () => new Error('late'),
      async () => listening.size,
    )
    expect(await running).toBe(1)
    expect(listening.size).toBe(0)
  })
})
