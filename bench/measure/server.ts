import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@switchboard/test-support/free-port'

export interface ServerOptions {
  /** Its file, relative to this folder's parent. */
  readonly program: string
  readonly environment?: Readonly<Record<string, string>>
  /** For Node. */
  readonly flags?: readonly string[]
}

/** A server under test, in a process of its own. */
export interface ServerUnderTest extends AsyncDisposable {
  readonly port: number
  /** User and system time so far, in milliseconds. `undefined` where there is no /proc. */
  cpuMs(): number | undefined
  /** The last of what it wrote to its terminal. */
  printed(): string
}

/**
 * Starts a program that listens on `PORT` and prints `READY`. It ends when disposed, or with this process.
 *
 * @throws {Error} with all that it printed when it ends before it is ready
 */
export async function startServer({
  program,
  environment,
  flags = [],
}: ServerOptions): Promise<ServerUnderTest> {
  const file = fileURLToPath(new URL(`../${program}`, import.meta.url))
  const port = await freePort()
  const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : []
  const child = spawn(process.execPath, [...flags, ...loader, file], {
    cwd: dirname(file),
    env: { ...process.env, NODE_ENV: 'production', ...environment, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const printed = keepOutput(child)
  await untilReady(child, program, printed)
  return {
    port,
    printed,
    cpuMs: () => cpuMs(child),
    async [Symbol.asyncDispose]() {
      process.off('exit', kill)
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      const timer = setTimeout(kill, 10_000)
      await exited
      clearTimeout(timer)
    },
  }
}

function keepOutput({ stdout, stderr }: ChildProcess): () => string {
  let printed = ''
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      printed = (printed + chunk).slice(-1_000)
    })
  }
  return () => printed
}

function untilReady(child: ChildProcess, program: string, printed: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => printed().includes('READY') && resolve())
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${program} ended before it was ready:\n${printed()}`)))
  })
}

function cpuMs({ pid }: ChildProcess): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // After the name, which may hold anything: utime and stime are the 14th and 15th field of the line, in ticks of 10 ms.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return undefined
  }
}
