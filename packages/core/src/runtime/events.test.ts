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

describe('trouble', () => {
  const message = { conversationId: 'c', messageId: 'm' }

  function setUpTrouble(fail = false) {
    const logged: object[] = []
    const log = (level: string) => (fields: object) => {
      logged.push({ level, ...fields })
      if (fail) throw new Error('the disk is full')
    }
    const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
    return { ...createEmitter(logger), logged }
  }

  it('that nobody listens to is logged in ids and codes', () => {
    const { emitter, emit, logged } = setUpTrouble()
    const tell = () => {
      emit('turn.failed', { conversationId: 'c', attempt: 1, retryInMs: 500, error: 'cannot read: my text' })
      emit('turn.parked', { conversationId: 'c', turnId: 't' })
      emit('message.failed', { ...message, error: '131047: +12025550123 is closed' })
      emit('message.unknown', { ...message, error: 'channel_unknown: my text' })
      emit('message.retrying', { ...message, error: 'channel_refused: my text', afterMs: 2_000 })
      emit('turn.lost', report)
    }
    tell()
    expect(logged).toEqual([
      { level: 'warn', conversationId: 'c', attempt: 1, retryInMs: 500 },
      { level: 'warn', conversationId: 'c', turnId: 't' },
      { level: 'warn', ...message, code: '131047' },
      { level: 'warn', ...message, code: 'channel_unknown' },
      { level: 'info', ...message, code: 'channel_refused', afterMs: 2_000 },
    ])
    const heard = [
      'turn.failed',
      'turn.parked',
      'message.failed',
      'message.unknown',
      'message.retrying',
    ] as const
    for (const name of heard) emitter.on(name, () => {})
    tell()
    expect(logged).toHaveLength(5)
  })

  it.each([
    'no code here',
    'my text: what',
    '+12025550123: gone',
    '12025550123: gone',
    'to-12025550123: gone',
    '',
  ])('is logged without what is no code: %j', error => {
    const { emit, logged } = setUpTrouble()
    emit('message.failed', { ...message, error })
    expect(logged).toEqual([{ level: 'warn', ...message, code: undefined }])
  })

  it('does not spread to the pipeline when the logger throws', () => {
    const { emit, logged } = setUpTrouble(true)
    emit('turn.parked', { conversationId: 'c', turnId: 't' })
    expect(logged).toHaveLength(1)
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
