import type { Store } from '@switchboard/core'
import { pgliteStore } from '@switchboard/storage/pglite'
import { postgresStore } from '@switchboard/storage/postgres'
import type { Config } from './config.js'

/** PostgreSQL when there is one, otherwise PGlite in a directory: the same SQL functions either way. */
export function chooseStore({ DATABASE_URL, SWITCHBOARD_DATA_DIR }: Config): Store {
  return DATABASE_URL === undefined
    ? pgliteStore({ dataDir: SWITCHBOARD_DATA_DIR })
    : postgresStore({ connectionString: DATABASE_URL })
}
