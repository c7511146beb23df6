import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { WebhookMessage } from './webhook.js'

/** Makes the tables and gives the one call that stores messages. */
export async function openDatabase(): Promise<(messages: readonly WebhookMessage[]) => Promise<void>> {
  const schema = (await Promise.all(['tables.sql', 'ingest.sql'].map(readHere))).join('\n')
  return process.env.STORE === 'pglite' ? openPglite(schema) : openPostgres(schema)
}

async function openPostgres(schema: string) {
  const { Pool } = (await import('pg')).default
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
  await pool.query(schema)
  return async (messages: readonly WebhookMessage[]) => {
    await pool.query({ name: 'ingest', text: 'select ingest($1)', values: [JSON.stringify(messages)] })
  }
}

async function openPglite(schema: string) {
  const { PGlite } = await import('@electric-sql/pglite')
  const database = await PGlite.create(process.env.PGLITE_DIR ?? 'memory://')
  await database.exec(schema)
  return async (messages: readonly WebhookMessage[]) => {
    await database.query('select ingest($1)', [JSON.stringify(messages)])
    // The query has blocked the event loop: what has come in meanwhile shall be part of the next batch.
    await setImmediate()
  }
}

function readHere(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), 'utf8')
}
