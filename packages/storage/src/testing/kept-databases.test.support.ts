import { emptyTables, findContradictions, type Queries } from './invariants.test.support.js'

/** Databases that cases share one after the other: emptying one takes less time than making one. */
export interface KeptDatabases<Database> {
  /** One with empty tables. */
  take(): Promise<Database>
  /** Takes it back and empties it; the answer names what its tables contradicted each other in. */
  giveBack(database: Database, connection: Queries): Promise<readonly string[]>
  /** Ends all that were given back. */
  end(): Promise<void>
}

export function keepDatabases<Database>(
  make: () => Promise<Database>,
  end: (database: Database) => Promise<void>,
): KeptDatabases<Database> {
  const empty: Database[] = []
  return {
    take: async () => empty.pop() ?? (await make()),
    async giveBack(database, connection) {
      const contradictions = await findContradictions(connection)
      await emptyTables(connection)
      empty.push(database)
      return contradictions
    },
    async end() {
      await Promise.all(empty.splice(0).map(end))
    },
  }
}
