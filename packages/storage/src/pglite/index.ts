export { type PGliteClient, type PGliteStoreOptions, pgliteStore } from './pglite-store.js'
