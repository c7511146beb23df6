import { createDatabase } from '@switchboard/test-support/postgres'
import { expect, it } from 'vitest'
import { statementsOfTurns, turnsCounted } from './sections/round-trips.js'

it('goes to the database four times a turn: inbox, claim, commit, send record', async () => {
  const database = await createDatabase()
  try {
    const statements = await statementsOfTurns(database.url)
    expect(statements).toEqual(
      Array.from({ length: turnsCounted }, () => [
        'ingest',
        'claim_turns',
        'commit_turns',
        'record_sends',
      ]).flat(),
    )
  } finally {
    await database.drop()
  }
})
