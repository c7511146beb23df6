import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Emulator } from '@switchboard/emulator'
import { ensureBuilt } from '@switchboard/test-support/build'
import type { TestDatabase } from '@switchboard/test-support/postgres'
import { expect, vi } from 'vitest'

const folder = fileURLToPath(new URL('../../examples/express', import.meta.url))

/** The flagship as its users run it: a process of its own, configured by variables alone. */
export interface Flagship extends AsyncDisposable {
  readonly url: string
  /** Everything that it printed. */
  output(): string
  /** Ends it as a supervisor would. Resolves to the exit status. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  api<Body = Record<string, unknown>>(path: string, body?: object): Promise<{ status: number; body: Body }>
}

export interface ConversationView {
  readonly id: string
  readonly channel: string
  readonly account: string
  readonly userId: string | null
  readonly phone: string | null
  readonly handoff: string
}

export interface MessageView {
  readonly id: string
  readonly providerId: string | null
  readonly author: string
  readonly type: string
  readonly text: string | null
  readonly quotedId: string | null
  readonly status: string | null
}

let built: Promise<void> | undefined

/** Once for a test file: the sources stay as they are while it runs. */
function build(): Promise<void> {
  built ??= ensureBuilt()
  return built
}

type Variables = Readonly<Record<string, string | undefined>>

/** Starts it and waits for its address. Only the given variables are set. */
export async function startFlagship(variables: Variables): Promise<Flagship> {
  await build()
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = once(child, 'exit')
  child.stdout.on('data', data => {
    output += data
  })
  child.stderr.on('data', data => {
    output += data
  })
  const url = await addressOf(child, () => output)
  return {
    url,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      await exited
      return child.exitCode
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async api(path, body) {
      const response = await fetch(`${url}/api/v1/${path}`, {
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json' },
      })
      return { status: response.status, body: (await response.json()) as never }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

/** Runs it to its end, for configurations that cannot work. */
export async function runFlagship(variables: Variables): Promise<{ status: number | null; output: string }> {
  await build()
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', ...variables },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', data => {
      output += data
    })
  }
  const [status] = (await once(child, 'exit')) as [number | null]
  return { status, output }
}

/** Variables that connect the flagship to an emulator, with a short quiet window. */
export function connectTo(emulator: Emulator, more: Variables = {}): Variables {
  const { account, url } = emulator
  return {
    WHATSAPP_PHONE_NUMBER_ID: account.phoneNumberId,
    WHATSAPP_ACCESS_TOKEN: account.accessToken,
    WHATSAPP_APP_SECRET: account.appSecret,
    WHATSAPP_VERIFY_TOKEN: account.verifyToken,
    WHATSAPP_GRAPH_URL: url,
    BUFFER_QUIET_MS: '300',
    BUFFER_MAX_WAIT_MS: '2000',
    ...more,
  }
}

/**
 * Variables that connect the flagship to Meta, Whapi and WAHA, which one emulator plays.
 *
 * @param whapiSecret what the emulator's Whapi sends with its webhooks: it signs nothing
 */
export function connectToAll(emulator: Emulator, whapiSecret: string, more: Variables = {}): Variables {
  const { whapi, waha } = emulator
  return connectTo(emulator, {
    WHAPI_TOKEN: whapi.token,
    WHAPI_API_URL: whapi.url,
    WHAPI_WEBHOOK_SECRET: whapiSecret,
    WAHA_URL: waha.url,
    WAHA_API_KEY: waha.apiKey,
    WAHA_SESSION: waha.session,
    WAHA_WEBHOOK_HMAC_KEY: waha.hmacKey ?? '',
    ...more,
  })
}

/** Variables that let the emulator's model answer. */
export function answerWithModel(emulator: Emulator): Variables {
  return {
    OPENAI_API_KEY: 'sk-test-canary-key',
    OPENAI_BASE_URL: emulator.modelUrl,
    LLM_MODEL: 'emulator-model',
  }
}

/**
 * Nothing more comes: every webhook was taken, no conversation is due or in a worker's hands, and no message is on its way.
 */
export async function nothingMore(emulator: Emulator, database: TestDatabase): Promise<void> {
  const pool = database.pool({ max: 1 })
  await emulator.webhooks.settled()
  await vi.waitFor(
    async () => {
      const { rows } = await pool.query(`
        select id from switchboard.conversations where due_at is not null or lease_until is not null
        union all
        select conversation_id from switchboard.deliveries where state in ('pending', 'sending')`)
      expect(rows, 'conversations with something left to do').toEqual([])
    },
    { timeout: 30_000, interval: 25 },
  )
  await pool.end()
  await emulator.ledger.waitForQuiet(300)
}

/** What a test started, ended in the opposite order. */
export function disposables(): AsyncDisposable & {
  use<Resource extends AsyncDisposable>(resource: Resource): Resource
} {
  const resources: AsyncDisposable[] = []
  return {
    use(resource) {
      resources.push(resource)
      return resource
    },
    async [Symbol.asyncDispose]() {
      for (const resource of resources.reverse()) await resource[Symbol.asyncDispose]()
    },
  }
}

/** A directory that goes with the test. */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'switchboard-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

async function addressOf(child: ChildProcess, output: () => string): Promise<string> {
  const ended = once(child, 'exit').then(([status]) => {
    throw new Error(`the flagship ended with status ${status}:\n${output()}`)
  })
  const address = (async () => {
    for (;;) {
      const [, url] = /^listening on (http:\S+)$/m.exec(output()) ?? []
      if (url !== undefined) return url
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  })()
  return await Promise.race([address, ended])
}
