import { setTimeout as sleep } from 'node:timers/promises'
import type { ClaimedTurn, InboundMessage, IngestResult, Store } from '@switchboard/core'
import type { TestDatabase } from '@switchboard/test-support/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toIngestPayload } from '../sql/payload.js'
import { createStoreDatabase } from '../testing/databases.test.support.js'
import { claimOptions, editOf, ingestOptions, textFrom } from '../testing/events.test.support.js'
import { postgresStore } from './index.js'

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createStoreDatabase()
  store = postgresStore({ connectionString: database.url })
}, 60_000)

afterAll(async () => {
  await store.close()
  await database.drop()
})

/** Starts work while another transaction holds what its statement touched, and lets go of it after a moment. */
async function whileHeld<Result>(
  statement: string,
  values: readonly unknown[],
  work: () => Promise<Result>,
  { meanwhile = async () => {}, ms = 300 }: { meanwhile?: () => Promise<unknown>; ms?: number } = {},
): Promise<Result> {
  const holder = await database.pool().connect()
  try {
    await holder.query('begin')
    await holder.query(statement, [...values])
    const result = work()
    await sleep(ms)
    await meanwhile()
    await holder.query('commit')
    return await result
  } finally {
    holder.release()
  }
}

async function stored(event: InboundMessage): Promise<Extract<IngestResult, { kind: 'stored' }>> {
  const [result] = await store.ingest([event], ingestOptions)
  if (result?.kind !== 'stored') throw new Error(`${event.providerId} was not stored`)
  return result
}

async function claimed(conversationId: string, leaseMs = claimOptions.leaseMs): Promise<ClaimedTurn> {
  const [turn] = await store.claimTurns([conversationId], { ...claimOptions, leaseMs })
  if (turn?.kind !== 'claimed') throw new Error(`${conversationId} was not claimed`)
  return turn
}

/** A commit of silence. */
const silence = (turn: ClaimedTurn) => ({ ...turn, acceptNewer: true, replies: [], sendLeaseMs: 1_000 })

const lockRow = 'select 1 from switchboard.conversations where id = $1 for update'

describe('postgres store, in the moment between a look and a lock', () => {
  it('keeps a message whose conversation is removed', async () => {
    const { conversationId } = await stored(textFrom('+15550001', 'before'))
    const remove = 'delete from switchboard.conversations where id = $1'
    const after = await whileHeld(remove, [conversationId], () => stored(textFrom('+15550001', 'after')))
    expect(after.conversationId).not.toBe(conversationId)
    expect((await store.listMessages(after.conversationId)).map(({ providerId }) => providerId)).toEqual([
      'after',
    ])
  })

  it('answers to the address of the message that was committed last', async () => {
    const phone = { kind: 'phone', value: '+15550002' } as const
    const bsuid = { kind: 'bsuid', value: 'US.2' } as const
    const person = (...identities: (typeof phone | typeof bsuid)[]) => ({
      chat: { kind: 'direct', person: { identities } } as const,
    })
    const { conversationId } = await stored(textFrom('', 'one', 'one', person(phone, bsuid)))
    await whileHeld(
      `update switchboard.conversations set peer_kind = 'bsuid', peer_value = 'US.2' where id = $1`,
      [conversationId],
      () => stored(textFrom('', 'two', 'two', person(phone, bsuid))),
    )
    expect((await store.findConversation({ conversationId }))?.peer).toEqual(phone)
  })

  it('gives a whole lease after it had to wait', async () => {
    const { conversationId } = await stored(textFrom('+15550003', 'hello'))
    const turn = await whileHeld(lockRow, [conversationId], () => claimed(conversationId, 800), { ms: 1_000 })
    expect(await store.commitTurns([silence(turn)])).toMatchObject([{ kind: 'committed' }])
  })

  it('names a conversation that became due while the claim waited for another', async () => {
    const first = await stored(textFrom('+15550004', 'first'))
    const second = await stored(textFrom('+15550005', 'second'))
    const turn = await claimed(first.conversationId)
    await stored(textFrom('+15550004', 'more'))
    const ids = [first.conversationId, second.conversationId]
    const results = await whileHeld(
      lockRow,
      [second.conversationId],
      () => store.claimTurns(ids, claimOptions),
      { meanwhile: () => store.commitTurns([silence(turn)]) },
    )
    expect(results).toMatchObject([{ kind: 'later', dueInMs: 0 }, { kind: 'claimed' }])
  })

  it('does not wait for a name: who holds the user may wait for the conversation', async () => {
    const named = (name: string) => ({
      chat: {
        kind: 'direct',
        person: { identities: [{ kind: 'phone', value: '+15550006' }], name },
      } as const,
    })
    const { conversationId } = await stored(textFrom('', 'old', 'old', named('Old')))
    const lockUser = `select 1 from switchboard.users where name = 'Old' for no key update`
    await whileHeld(lockUser, [], () => stored(textFrom('', 'new', 'new', named('New'))), {
      meanwhile: async () => expect(await store.listMessages(conversationId)).toHaveLength(2),
    })
    await stored(textFrom('', 'newer', 'newer', named('New')))
    expect((await store.findConversation({ conversationId }))?.user?.name).toBe('New')
  })

  it('finds the edit that is committed while its message waits for the conversation', async () => {
    const person = '+15550007'
    const { conversationId } = await stored(textFrom(person, 'before the edit'))
    const { lines } = toIngestPayload([editOf(person, 'early', 'edit-of-early')], true)
    const options = { quiet_ms: 0, max_wait_ms: 0, max_count: 100 }
    await whileHeld(
      'select switchboard.ingest($1, $2, $3)',
      [JSON.stringify(lines), '{}', JSON.stringify(options)],
      () => stored(textFrom(person, 'early', 'as it was')),
    )
    const messages = await store.listMessages(conversationId)
    expect(messages.find(({ providerId }) => providerId === 'early')).toMatchObject({
      text: 'edit-of-early',
      original: { text: 'as it was' },
    })
  })
})
