import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  /** A pool on this database, with its `error` event handled; ended by `drop`. */
  pool(options?: pg.PoolConfig): pg.Pool
  /** Ends the pools and removes the database. Safe to call twice. */
  drop(): Promise<void>
}

export interface TestDatabaseOptions {
  /**
   * A database to clone instead of starting empty. `prepare` fills it, once in a test run for each `name`; it must
   * close its connections before it resolves.
   */
  template?: { name: string; prepare: (url: string) => Promise<void> }
}

/** A fresh database on the test run's PostgreSQL. Call it once in a test file and share it between the tests. */
export async function createDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const admin = await adminUrl()
  const name = `${inject('databasePrefix')}${randomBytes(6).toString('hex')}`
  await withClient(admin, async client => {
    const template = options.template && (await ensureTemplate(client, admin, options.template))
    await client.query(`create database ${name} template ${template ?? 'template0'}`)
  })

  const url = databaseUrl(admin, name)
  const pools = new Set<pg.Pool>()
  const database: TestDatabase = {
    url,
    pool(poolOptions) {
      const pool = new pg.Pool({ connectionString: url, ...poolOptions })
      // Connections cut by `drop` or by a server stopped on purpose must not end the test process.
      pool.on('error', () => {})
      pools.add(pool)
      return pool
    },
    async drop() {
      await Promise.all([...pools].filter(pool => !pool.ended).map(pool => pool.end()))
      await withClient(admin, client => client.query(`drop database if exists ${name} with (force)`))
    },
    [Symbol.asyncDispose]: () => database.drop(),
  }
  return database
}

async function adminUrl(): Promise<string> {
  const response = await fetch(inject('postgresLauncher'))
  const text = await response.text()
  if (!response.ok) throw new Error(`No PostgreSQL for the tests: ${text}`)
  return text
}

/** Test files run in parallel processes: the lock lets one of them prepare the template while the others wait. */
async function ensureTemplate(
  client: pg.Client,
  admin: string,
  template: NonNullable<TestDatabaseOptions['template']>,
): Promise<string> {
  const name = `${inject('databasePrefix')}template_${template.name}`
  const identifier = client.escapeIdentifier(name)
  await client.query('select pg_advisory_lock(hashtext($1))', [name])
  const found = await client.query('select from pg_database where datname = $1', [name])
  if (found.rowCount === 0) {
    const building = `${name}_building`
    await client.query(`drop database if exists ${client.escapeIdentifier(building)} with (force)`)
    await client.query(`create database ${client.escapeIdentifier(building)} template template0`)
    await template.prepare(databaseUrl(admin, building))
    await client.query(`alter database ${client.escapeIdentifier(building)} rename to ${identifier}`)
  }
  // The lock goes with the connection; until then it also keeps two clones of one template from colliding.
  return identifier
}

function databaseUrl(admin: string, name: string): string {
  const url = new URL(admin)
  url.pathname = `/${name}`
  return url.href
}

async function withClient<Result>(url: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
