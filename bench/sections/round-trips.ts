import { postgresStore } from '@switchboard/storage/postgres'
import { countedPool } from '../measure/counted-pool.js'
import { startEmbeddedBot } from '../measure/embedded-bot.js'
import type { Goal, Table } from '../measure/report.js'
import type { Surroundings } from './section.js'

export const turnsCounted = 20

/** How often a turn that shares nothing with others goes to the database, and for what. */
export async function countRoundTrips({
  databases,
}: Pick<Surroundings, 'databases'>): Promise<{ readonly table: Table; readonly goal: Goal }> {
  const statements = await statementsOfTurns(await databases.postgres())
  const names = [...new Set(statements)]
  const each = statements.length / turnsCounted
  return {
    table: {
      title: 'Round trips to the database, one turn at a time',
      rows: [
        ...names.map(name => ({ name, values: { 'a turn': count(statements, name) / turnsCounted } })),
        { name: 'all', values: { 'a turn': each } },
      ],
    },
    goal: { name: 'round trips a turn', value: each, limit: 4, better: 'less', unit: '' },
  }
}

/** The calls of the store, by the names of its functions. */
export async function statementsOfTurns(databaseUrl: string): Promise<string[]> {
  await using counted = countedPool(databaseUrl)
  await using embedded = await startEmbeddedBot({ store: postgresStore({ pool: counted.pool }) })
  await embedded.exchange('+15550001234', 'the first one, which also makes the person')
  counted.take()
  for (let turn = 0; turn < turnsCounted; turn++) await embedded.exchange('+15550001234', `and ${turn} more`)
  return counted.take().map(text => /switchboard\.(\w+)/.exec(text)?.[1] ?? text)
}

function count(statements: readonly string[], name: string): number {
  return statements.filter(statement => statement === name).length
}
