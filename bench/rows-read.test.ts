import type { ClaimedTurn, SendRecord, Store, TurnCommit } from '@switchboard/core'
import { postgresStore } from '@switchboard/storage/postgres'
import { createDatabase } from '@switchboard/test-support/postgres'
import { describe, expect, it } from 'vitest'
import { startEmbeddedBot, textEvent } from './measure/embedded-bot.js'
import { meteredPool } from './measure/metered-pool.js'

const options = {
  buffer: { quietMs: 3_600_000, maxWaitMs: 3_600_000, maxCount: 50 },
  handoffIdleMs: null,
  keepRaw: true,
}
const person = '+15550001234'

/** Messages of so many other people, who wait for their answer. */
async function addPeople(store: Store, count: number): Promise<void> {
  for (let start = 0; start < count; start += 100) {
    const people = Array.from({ length: 100 }, (_, index) => `+1555${1_000_000 + start + index}`)
    await store.ingest(
      people.map(phone => textEvent(phone, `from-${phone}`, 'Hello')),
      options,
    )
  }
}

/** So many other people who have their answer. */
async function answerPeople(store: Store, count: number): Promise<void> {
  const due = { ...options, buffer: { quietMs: 0, maxWaitMs: 0, maxCount: 50 } }
  for (let start = 0; start < count; start += 100) {
    const people = Array.from({ length: 100 }, (_, index) => `+1555${1_000_000 + start + index}`)
    const events = people.map(phone => textEvent(phone, `from-${phone}`, 'Hello'))
    const ids = (await store.ingest(events, due)).flatMap(result =>
      result.kind === 'stored' ? result.conversationId : [],
    )
    const claims = await store.claimTurns(ids, { leaseMs: 10_000, history: 10, maxBurst: 10, maxAttempts: 3 })
    const turns = claims.filter(claim => claim.kind === 'claimed')
    await store.commitTurns(turns.map(answer))
    await store.recordSends(turns.map(sent))
  }
}

function answer(turn: ClaimedTurn): TurnCommit {
  const { conversationId, fence, version, readTo, attempt, claimedAt } = turn
  const replies = [{ id: `reply-${conversationId}`, content: { type: 'text', text: 'Hello' } }] as const
  return {
    conversationId,
    fence,
    version,
    readTo,
    attempt,
    claimedAt,
    replies,
    acceptNewer: false,
    sendLeaseMs: 30_000,
  }
}

function sent({ conversationId }: ClaimedTurn): SendRecord {
  const outcome = { kind: 'sent', providerId: `sent-${conversationId}` } as const
  return { id: `reply-${conversationId}`, attempt: 1, outcome, sendLeaseMs: 30_000 }
}

/** What was said before with the one person. */
async function addHistory(store: Store, count: number): Promise<void> {
  for (let start = 0; start < count; start += 100) {
    const events = Array.from({ length: 100 }, (_, index) => {
      const number = start + index
      return {
        ...textEvent(person, `past-${number}`, 'Hello'),
        history: true,
        sentAt: 1_700_000_000_000 + number * 1_000,
      }
    })
    await store.ingest(events, options)
  }
}

/** What was said before with a reaction to every message of it, and then what needs no answer. */
async function addAsides(store: Store, count: number): Promise<void> {
  await addHistory(store, count)
  for (let start = 0; start < count; start += 100) {
    const numbers = Array.from({ length: 100 }, (_, index) => start + index)
    const reactions = numbers.map(number => ({
      ...textEvent(person, `reaction-${number}`, ''),
      type: 'reaction' as const,
      targetId: `past-${number}`,
      emoji: '👍',
      history: true,
      sentAt: 1_700_000_000_500 + number * 1_000,
    }))
    const asides = numbers.map(number => ({ ...textEvent(person, `aside-${number}`, 'Hi'), forBot: false }))
    await store.ingest(reactions, options)
    await store.ingest(asides, options)
  }
}

/** Index entries and rows that the database reads for one turn, by function, on a connection that was opened while it was empty. */
async function readByTurn(prepare: (store: Store) => Promise<void>): Promise<Record<string, number>> {
  const database = await createDatabase()
  try {
    await using metered = meteredPool(database.url)
    const store = postgresStore({ pool: metered.pool })
    await using embedded = await startEmbeddedBot({ store })
    // Everything is planned once while there is nothing: these plans stay.
    await embedded.exchange(person, 'the first one')
    await prepare(store)
    metered.take()
    await embedded.exchange(person, 'and another one')
    return metered.take()
  } finally {
    await database.drop()
  }
}

/** The second of two scenes is larger and may read a little more, never in proportion. */
function expectAsMuch(few: Record<string, number>, many: Record<string, number>): void {
  expect(Object.keys(many)).toEqual(['ingest', 'claim_turns', 'commit_turns', 'record_sends'])
  for (const [name, count] of Object.entries(many)) {
    expect(count, `${name} reads ${few[name]} entries in the smaller scene`).toBeLessThan(
      (few[name] ?? 0) + 30,
    )
  }
}

describe('what a turn reads', () => {
  it('does not grow with the number of people who wait', async () => {
    const few = await readByTurn(store => addPeople(store, 100))
    expectAsMuch(few, await readByTurn(store => addPeople(store, 1_500)))
  })

  it('does not grow with the number of people who were answered', async () => {
    const few = await readByTurn(store => answerPeople(store, 100))
    expectAsMuch(few, await readByTurn(store => answerPeople(store, 1_500)))
  })

  it('does not grow with the length of the conversation', async () => {
    const short = await readByTurn(store => addHistory(store, 100))
    expectAsMuch(short, await readByTurn(store => addHistory(store, 1_500)))
  })

  it('does not grow with the number of reactions and of messages that are not for the bot', async () => {
    const few = await readByTurn(store => addAsides(store, 100))
    expectAsMuch(few, await readByTurn(store => addAsides(store, 1_500)))
  })
})
