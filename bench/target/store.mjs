/** The store that a state of the harness names. */
export async function createStore(state, databaseUrl) {
  switch (state) {
    case 'memory': {
      const { memoryStore } = await import('@switchboard/storage/memory')
      return memoryStore()
    }
    case 'pg': {
      const { postgresStore } = await import('@switchboard/storage/postgres')
      return postgresStore({ connectionString: databaseUrl })
    }
    case 'pglite': {
      const { mkdtempSync } = await import('node:fs')
      const { tmpdir } = await import('node:os')
      const { join } = await import('node:path')
      const { pgliteStore } = await import('@switchboard/storage/pglite')
      return pgliteStore({
        dataDir: process.env.PGLITE_DIR ?? mkdtempSync(join(tmpdir(), 'switchboard-bench-')),
      })
    }
    default:
      throw new Error(`STATE is ${state}; it must be memory, pg or pglite`)
  }
}
