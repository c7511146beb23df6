import type { IngestEvent, IngestResult, Store } from '@switchboard/core'
import { memoryStore } from '@switchboard/storage/memory'

/** The store that the environment names: STORE `none`, `memory`, `pg` (DATABASE_URL) or `pglite` (PGLITE_DIR). */
export async function openStore(): Promise<Store> {
  const { STORE, DATABASE_URL = '', PGLITE_DIR = '' } = process.env
  switch (STORE) {
    case 'none':
      return { ...memoryStore(), ingest: async events => events.map(discard) }
    case 'memory':
      return memoryStore()
    case 'pg': {
      const { postgresStore } = await import('@switchboard/storage/postgres')
      return postgresStore({ connectionString: DATABASE_URL })
    }
    case 'pglite': {
      const { pgliteStore } = await import('@switchboard/storage/pglite')
      return pgliteStore({ dataDir: PGLITE_DIR })
    }
    default:
      throw new Error(`STORE is ${STORE}; it must be none, memory, pg or pglite`)
  }
}

/** Says "stored" and stores nothing: what is left is the way there. */
function discard(_event: IngestEvent, index: number): IngestResult {
  return { kind: 'stored', messageId: `1-${index}`, conversationId: '1', dueInMs: null }
}
