import type { PostgresPool } from '@switchboard/storage/postgres'
import pg from 'pg'

/** A pool that counts what it sends: each query is one round trip. */
export interface CountedPool extends AsyncDisposable {
  readonly pool: PostgresPool
  /** The statements since the last time, in their order. */
  take(): string[]
}

export function countedPool(connectionString: string): CountedPool {
  const real = new pg.Pool({ connectionString })
  real.on('error', () => undefined)
  let statements: string[] = []
  return {
    pool: {
      async connect() {
        const client = await real.connect()
        return {
          query(statement) {
            statements.push(statement.text)
            return client.query(statement)
          },
          release: error => client.release(error),
        }
      },
    },
    take() {
      const taken = statements
      statements = []
      return taken
    },
    [Symbol.asyncDispose]: () => real.end(),
  }
}
