export type { PostgresClient, PostgresPool } from './pool.js'
export { type PostgresStoreOptions, postgresStore } from './postgres-store.js'
