import { describe, expect, it } from 'vitest'
import type { Logger } from '../ports/index.js'
import { createEmitter } from './events.js'

function setUp() {
  const logged: object[] = []
  const logger: Logger = {
    debug() {},
    info() {},
    warn() {},
    error: details => logged.push(details as object),
  }
  return { ...createEmitter(logger), logged }
}

const report = { conversationId: 'c' }

describe('listeners', () => {
  it('that throw or reject are logged, and the others are told all the same', async () => {
    const { emitter, emit, logged } = setUp()
    const heard: string[] = []
    emitter.on('turn.lost', () => {
      throw new Error('thrown')
    })
    emitter.on('turn.lost', async () => Promise.reject(new Error('rejected')))
    emitter.on('turn.lost', ({ conversationId }) => heard.push(conversationId))
    emit('turn.lost', report)
    await new Promise(resolve => setTimeout(resolve, 0))
    expect(heard).toEqual(['c'])
    expect(logged).toEqual([
      { event: 'turn.lost', error: 'thrown' },
      { event: 'turn.lost', error: 'rejected' },
    ])
  })

  it('can be taken away again, and told once', () => {
    const { emitter, emit } = setUp()
    let calls = 0
    const count = () => {
      calls += 1
    }
    emitter.on('turn.lost', count).on('turn.parked', count)
    emitter.off('turn.lost', count)
    emit('turn.lost', report)
    expect(calls).toBe(0)
    emitter.once('turn.lost', count)
    emit('turn.lost', report)
    emit('turn.lost', report)
    expect(calls).toBe(1)
    emitter.off('turn.parked')
    emit('turn.parked', { ...report, turnId: 't' })
    expect(calls).toBe(1)
  })
})

describe('an error', () => {
  it('that nobody listens to is logged', () => {
    const { emitter, emit, logged } = setUp()
    emit('error', new Error('away'), 'sweeping')
    expect(logged).toEqual([{ where: 'sweeping', error: 'away' }])
    emitter.on('error', () => {})
    emit('error', new Error('away'), 'sweeping')
    expect(logged).toHaveLength(1)
  })
})
