import { afterEach, describe, expect, it } from 'vitest'
import { ChannelError } from '../errors.js'
import type { Channel } from '../ports/index.js'
import { fakeChannel } from '../testing/fake-channel.js'
import { type FakeClock, fakeClock } from '../testing/fake-clock.js'
import type { Identity, IdentityChange } from '../vocabulary/index.js'
import { createLookUps, type LookUpDependencies, type LookUps } from './look-ups.js'

const lid = { kind: 'lid', value: '7@lid' } as const
const phone = { kind: 'phone', value: '+12025550123' } as const
const options = {
  timeoutMs: 1_000,
  maxAttempts: 3,
  backoff: { baseMs: 100, maxMs: 1_000 },
  maxWaiting: 2,
  concurrency: 1,
  againMs: 60_000,
}

let lookUps: LookUps | undefined
afterEach(() => lookUps?.stop())

type LookUp = NonNullable<Channel['lookUp']>

function setUp(lookUp: LookUp | undefined, accept?: LookUpDependencies['accept']) {
  const clock: FakeClock = fakeClock()
  const base = fakeChannel()
  const asked: Identity[] = []
  const learnt: IdentityChange[] = []
  const errors: unknown[] = []
  const channel: Channel = {
    ...base,
    ...(lookUp && {
      lookUp: (identity, callOptions) => {
        asked.push(identity)
        return lookUp(identity, callOptions)
      },
    }),
  }
  const stage = createLookUps({
    channels: new Map([[channel.name, channel]]),
    clock,
    random: () => 0,
    emit: (_name, ...args) => void errors.push(args[0]),
    accept: accept ?? (async event => void learnt.push(event)),
    options,
  })
  lookUps = stage
  const hear = (identities: readonly Identity[] = [lid], changes = {}) =>
    stage.consider({ ...base.text('hi', { from: { identities } }), ...changes })
  return { clock, asked, learnt, errors, hear, stage }
}

const never: LookUp = () => new Promise(() => undefined)

describe('look-ups', () => {
  it('tell the store what the channel knows of somebody who shows only a LID, once', async () => {
    const { clock, asked, learnt, hear } = setUp(async () => [lid, phone])
    hear()
    hear()
    await clock.advance(0)
    hear()
    await clock.advance(1_000)
    expect(asked).toEqual([lid])
    expect(learnt).toEqual([
      {
        type: 'identity',
        channel: 'fake',
        account: 'business',
        previous: lid,
        current: [phone],
        at: Date.UTC(2026, 0, 1, 12),
      },
    ])
  })

  it('ask about nobody with a phone or a BSUID, and not because of a backfill', async () => {
    const { clock, asked, hear } = setUp(async () => [phone])
    hear([lid, phone])
    hear([{ kind: 'bsuid', value: 'US.1' }])
    hear([lid], { history: true })
    await clock.advance(10)
    expect(asked).toEqual([])
    expect(() => setUp(undefined).hear()).not.toThrow()
  })

  it('ask again after an hour when nothing was known', async () => {
    const { clock, asked, learnt, hear } = setUp(async () => [])
    hear()
    await clock.advance(options.againMs - 1)
    hear()
    await clock.advance(1)
    expect(asked).toHaveLength(1)
    hear()
    await clock.advance(0)
    expect([asked.length, learnt]).toEqual([2, []])
  })

  it('try again after a failure that may pass, also of the store', async () => {
    const learnt: IdentityChange[] = []
    let failures = 1
    const { clock, asked, errors, hear } = setUp(
      async () => {
        if (asked.length === 1) throw new ChannelError('channel_refused', 'busy', { retryable: true })
        return [phone]
      },
      async event => {
        if (failures-- > 0) throw new Error('the store is away')
        learnt.push(event)
      },
    )
    hear()
    await clock.advance(1_000)
    expect([asked.length, learnt.length, errors]).toEqual([3, 1, []])
  })

  it('give up on a refusal, on silence, and after some tries, and say so', async () => {
    const refused = new ChannelError('channel_refused', 'no such session')
    const lookUp: readonly LookUp[] = [
      () => Promise.reject(refused),
      never,
      () => Promise.reject(new Error('x')),
    ]
    const tries = [1, 3, 3]
    for (const [index, answer] of lookUp.entries()) {
      const { clock, asked, errors, hear } = setUp(answer)
      hear()
      await clock.advance(10_000)
      expect([asked.length, errors.length]).toEqual([tries[index], 1])
    }
  })

  it('let no more wait than allowed; who was left out is asked about later', async () => {
    let answer: (found: readonly Identity[]) => void = () => undefined
    const { clock, asked, hear } = setUp(() => new Promise(resolve => (answer = resolve)))
    const people = [1, 2, 3, 4, 5].map(index => ({ kind: 'lid', value: `${index}@lid` }) as const)
    for (const person of people) hear([person])
    for (let round = 0; round < 5; round++) {
      await clock.advance(0)
      answer([])
    }
    await clock.advance(0)
    expect(asked).toEqual(people.slice(0, 3))
    const [last] = people.slice(-1)
    if (last) hear([last])
    await clock.advance(0)
    expect(asked).toHaveLength(4)
  })

  it('stop at once, whatever is under way, without a complaint', async () => {
    const { clock, asked, errors, hear, stage } = setUp(never)
    hear()
    await clock.advance(0)
    await stage.stop()
    hear([{ kind: 'lid', value: '8@lid' }])
    expect([asked.length, errors, clock.pending]).toEqual([1, [], 0])
  })
})
