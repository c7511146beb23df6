import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.js'
import { startGuarded } from './guarded-process.js'
import { findProgram } from './program.js'

export interface RedisServerOptions {
  /** Further settings, by the names of `redis.conf`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A private Redis on 127.0.0.1, with a password, that keeps nothing on disk: a restart brings it back empty. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Kills it. Connections break. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  start(): Promise<void>
  /** Stops it from answering, while connections stay open and new ones are taken. */
  freeze(): Promise<void>
  /** Lets it go on after that, with all that waits. */
  thaw(): Promise<void>
  /** Kills the server and removes its directory. Safe to call twice. */
  close(): Promise<void>
}

const startAttempts = 5

/**
 * Starts one.
 *
 * @throws When there is no `redis-server` and none can be installed: tests fail then, they are never skipped.
 */
export async function startRedis({ settings = {} }: RedisServerOptions = {}): Promise<RedisServer> {
  const program = await findProgram({ names: ['redis-server'], package: 'redis-server' })
  if (!program) {
    throw new Error(
      'The tests of Redis need redis-server on the path: install it (apt-get install redis-server).',
    )
  }
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-redis-'))
  try {
    return await createInstance(program, directory, settings)
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

async function createInstance(
  program: string,
  directory: string,
  settings: Readonly<Record<string, string>>,
): Promise<RedisServer> {
  const password = randomBytes(12).toString('hex')
  let running: ChildProcess | undefined
  let port = 0

  async function signal(name: NodeJS.Signals): Promise<void> {
    process.kill(Number(await readFile(join(directory, 'redis.pid'), 'utf8')), name)
  }

  const server: RedisServer = {
    get url() {
      return `redis://:${password}@127.0.0.1:${port}`
    },
    get port() {
      return port
    },
    async start() {
      for (let attempt = 1; !running; attempt += 1) {
        const candidate = port || (await freePort())
        try {
          running = await launch(program, directory, { ...settings, port: candidate, requirepass: password })
          port = candidate
        } catch (error) {
          // Another process may have taken the port between our look and the server's bind.
          const portTaken = error instanceof Error && error.message.includes('Address already in use')
          if (!portTaken || attempt === startAttempts) throw error
        }
      }
    },
    async kill() {
      const guard = running
      if (!guard) return
      running = undefined
      if (guard.exitCode !== null || guard.signalCode !== null) return
      const exited = once(guard, 'exit')
      await signal('SIGKILL')
      await exited
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async close() {
      await server.kill()
      await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
  await server.start()
  return server
}

async function launch(
  program: string,
  directory: string,
  settings: Readonly<Record<string, string | number>>,
): Promise<ChildProcess> {
  const all = {
    bind: '127.0.0.1',
    dir: directory,
    pidfile: join(directory, 'redis.pid'),
    save: '""',
    appendonly: 'no',
    ...settings,
  }
  const file = join(directory, 'redis.conf')
  const lines = Object.entries(all).map(([name, value]) => `${name} ${value}\n`)
  await writeFile(file, lines.join(''), { mode: 0o600 })
  return startGuarded([program, file], {
    name: 'Redis',
    directory,
    signal: 'KILL',
    isReady: log => log.includes('Ready to accept connections'),
  })
}
