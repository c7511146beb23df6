import { equal, ok } from '../assert.js'
import { conversationId, type QueueTests } from './workbench.js'

/** Something that handlers wait for. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open: () => open() }
}

export const workerTests: QueueTests = {
  'works on several conversations at once': async ({ schedule, work, until, handled }) => {
    const ids = ['a', 'b', 'c', 'd'].map(conversationId)
    const { opened, open } = gate()
    work(() => opened)
    try {
      await schedule(...ids.map(id => [id, 0] as const))
      await until(
        () => new Set(handled.map(entry => entry.conversationId)).size === 4,
        'four handlers at once',
      )
    } finally {
      open()
    }
  },

  'waits for running handlers when it is disposed': async ({ schedule, work, until, handled, advance }) => {
    const { opened, open } = gate()
    let finished = false
    const worker = work(async () => {
      await opened
      finished = true
    })
    await schedule([conversationId('a'), 0])
    await until(() => handled.length === 1, 'the handler')
    let disposed = false
    const disposing = worker[Symbol.asyncDispose]().then(() => {
      disposed = true
    })
    await advance(50)
    const waited = !disposed
    open()
    ok(waited, 'disposing waits for the handler that runs')
    await until(() => disposed, 'the end of disposing')
    await disposing
    ok(finished, 'the handler came to its end')
  },

  'hands out nothing once it is disposed': async ({ schedule, work, advance, handled }) => {
    const worker = work()
    await schedule([conversationId('a'), 30])
    await worker[Symbol.asyncDispose]()
    await schedule([conversationId('b'), 0], [conversationId('c'), 10])
    await advance(100)
    equal(handled, [], 'what was handed out')
  },

  'can be disposed twice': async ({ work }) => {
    const worker = work()
    await worker[Symbol.asyncDispose]()
    await worker[Symbol.asyncDispose]()
  },

  'gives a new worker what comes after the old one': async ({ schedule, work, until, count }) => {
    const worker = work()
    await worker[Symbol.asyncDispose]()
    work()
    const id = conversationId('a')
    await schedule([id, 0])
    await until(() => count(id) > 0, 'a hint for the new worker')
  },
}
