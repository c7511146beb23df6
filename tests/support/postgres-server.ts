import { type ChildProcess, execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.js'
import { startGuarded } from './guarded-process.js'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js'

export interface PostgresServerOptions {
  /** Whether a commit waits for the disk; default `true`. `false` is faster and still survives a killed process. */
  fsync?: boolean
  /** Further settings, by the names of `postgresql.conf`. */
  settings?: Readonly<Record<string, string>>
}

/** `fast` disconnects clients, `immediate` leaves recovery to the next start, `kill` is SIGKILL. */
export type StopMode = 'fast' | 'immediate' | 'kill'

/** A private PostgreSQL on 127.0.0.1 with a data directory of its own in the temp folder. */
export interface PostgresServer extends AsyncDisposable {
  /** Connection string of the superuser to the database `postgres`. */
  readonly url: string
  readonly port: number
  /** Stops the server and keeps its data; default mode `fast`. */
  stop(mode?: StopMode): Promise<void>
  /** Starts it again on the same port and data. */
  start(): Promise<void>
  restart(mode?: StopMode): Promise<void>
  /** Stops the server and removes its directory. Safe to call twice. */
  close(): Promise<void>
}

const signals = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const
const startAttempts = 5

export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-postgres-'))
  try {
    return await createInstance(directory, options)
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

async function createInstance(directory: string, options: PostgresServerOptions): Promise<PostgresServer> {
  const binaries = await findPostgresBinaries(directory)
  const data = join(directory, 'data')
  const password = randomBytes(12).toString('hex')
  await initialise(binaries, directory, data, password)

  let running: ChildProcess | undefined
  let port = 0
  const server: PostgresServer = {
    get url() {
      return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
    },
    get port() {
      return port
    },
    async start() {
      for (let attempt = 1; !running; attempt += 1) {
        const candidate = port || (await freePort())
        try {
          running = await launch(binaries, directory, data, candidate, options)
          port = candidate
        } catch (error) {
          // Another process may have taken the port between our look and the server's bind.
          const portTaken = error instanceof Error && error.message.includes('could not bind')
          if (!portTaken || attempt === startAttempts) throw error
        }
      }
    },
    async stop(mode = 'fast') {
      const guard = running
      if (!guard) return
      running = undefined
      if (guard.exitCode !== null || guard.signalCode !== null) return
      const exited = once(guard, 'exit')
      const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), signals[mode])
      await exited
    },
    async restart(mode) {
      await server.stop(mode)
      await server.start()
    },
    async close() {
      await server.stop('immediate')
      await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
  await server.start()
  return server
}

async function initialise(binaries: PostgresBinaries, directory: string, data: string, password: string) {
  const passwordFile = join(directory, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  await chmod(directory, 0o700)
  if (binaries.user) {
    await chown(directory, binaries.user.uid, binaries.user.gid)
    await chown(passwordFile, binaries.user.uid, binaries.user.gid)
  }
  const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(binaries.initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags], {
    ...binaries.user,
    cwd: directory,
  })
  await rm(passwordFile)
}

/** After a kill the server's children may still be ending: the next one then refuses the data for a moment. */
async function launch(...server: Parameters<typeof launchOnce>): Promise<ChildProcess> {
  for (let tries = 1; ; tries++) {
    try {
      return await launchOnce(...server)
    } catch (error) {
      if (tries === 50 || !String(error).includes('is still in use')) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

async function launchOnce(
  binaries: PostgresBinaries,
  directory: string,
  data: string,
  port: number,
  options: PostgresServerOptions,
): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '300',
    fsync: options.fsync === false ? 'off' : 'on',
    ...options.settings,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [binaries.postgres, '-D', data, ...flags]
  return startGuarded(command, {
    name: 'PostgreSQL',
    directory,
    signal: 'QUIT',
    isReady: log => log.includes('database system is ready to accept connections'),
    ...(binaries.user && { user: binaries.user }),
  })
}
