import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './postgres-server.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the connection string of the run's PostgreSQL; the first request starts the server. */
    postgresLauncher: string
    /** Every database of this run begins with it. */
    databasePrefix: string
  }
}

/**
 * One PostgreSQL for a whole test run, started when the first test asks for it, so that runs without database tests
 * pay nothing. `DATABASE_URL` names a server to use instead; its user must be allowed to create databases.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env.DATABASE_URL
  const databasePrefix = `switchboard_test_${randomBytes(4).toString('hex')}_`
  let server: Promise<PostgresServer> | undefined

  async function adminUrl(): Promise<string> {
    if (external) return external
    server ??= startPostgres({ fsync: false })
    return (await server).url
  }

  const launcher = createServer((_request, response) => {
    adminUrl().then(
      url => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  launcher.listen(0, '127.0.0.1')
  await once(launcher, 'listening')
  const address = launcher.address()
  if (address === null || typeof address === 'string') throw new Error('The launcher has no port.')

  project.provide('postgresLauncher', `http://127.0.0.1:${address.port}`)
  project.provide('databasePrefix', databasePrefix)

  return async () => {
    launcher.closeAllConnections()
    launcher.close()
    const started = await server?.catch(() => undefined)
    await started?.close()
    if (external) await dropDatabases(external, databasePrefix)
  }
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const found = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [prefix],
    )
    for (const { datname } of found.rows) {
      await client.query(`drop database ${client.escapeIdentifier(datname)} with (force)`)
    }
  } finally {
    await client.end()
  }
}
