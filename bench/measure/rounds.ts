import type { Generator } from '../load/generator.js'
import type { Job, JobResult } from '../load/jobs.js'
import { type ServerOptions, type ServerUnderTest, startServer } from './server.js'
import { median } from './statistics.js'

/** Servers under test by name. */
export interface Contenders extends AsyncDisposable {
  readonly servers: ReadonlyMap<string, ServerUnderTest>
}

export async function startContenders(options: Readonly<Record<string, ServerOptions>>): Promise<Contenders> {
  const servers = new Map<string, ServerUnderTest>()
  const stop = async () => {
    await Promise.all([...servers.values()].map(server => server[Symbol.asyncDispose]()))
  }
  try {
    for (const [name, server] of Object.entries(options)) servers.set(name, await startServer(server))
  } catch (error) {
    await stop()
    throw error
  }
  return { servers, [Symbol.asyncDispose]: stop }
}

/** What one contender did in one round. */
export interface Sample extends JobResult {
  /** Of the server, per message, in microseconds. `NaN` where it cannot be read. */
  readonly cpuMicros: number
}

export type Samples = ReadonlyMap<string, readonly Sample[]>

/** A job without the server that it is for. */
export type Load = Job extends infer One ? (One extends Job ? Omit<One, 'port'> : never) : never

/**
 * Gives every contender the same load, one after the other, several times over: what else happens on the machine meets all of
 * them alike. The first round warms them up and is not counted.
 */
export async function interleave(
  generator: Generator,
  { servers }: Contenders,
  rounds: number,
  load: (name: string) => Load,
): Promise<Samples> {
  const samples = new Map<string, Sample[]>([...servers.keys()].map(name => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const [name, server] of servers) {
      const sample = await runOnce(generator, server, { ...load(name), run: uniqueRun() }).catch(cause => {
        throw new Error(`${name} failed`, { cause })
      })
      if (round > 0) samples.get(name)?.push(sample)
    }
  }
  return samples
}

/** @throws {Error} when a webhook was refused, or a message lost or answered twice */
export async function runOnce(generator: Generator, server: ServerUnderTest, load: Load): Promise<Sample> {
  const before = server.cpuMs() ?? Number.NaN
  const result = await generator.run({ ...load, port: server.port })
  if (result.refused + result.lost + result.surplus > 0) {
    const { refused, lost, surplus } = result
    const counts = `${refused} webhooks refused, ${lost} messages without a reply, ${surplus} replies too many`
    throw new Error(`no figures from a server that fails: ${counts}; it printed\n${server.printed()}`)
  }
  const cpuMs = (server.cpuMs() ?? Number.NaN) - before
  const messages = load.count * (load.kind === 'webhooks' ? (load.repeat ?? 1) : 1)
  return { ...result, cpuMicros: (cpuMs * 1000) / messages }
}

/** The median over the rounds of something about one contender. */
export function typical(samples: Samples, name: string, value: (sample: Sample) => number): number {
  return median(samplesOf(samples, name).map(value))
}

/** The median over the rounds of the ratio of two contenders: what slowed down a whole round drops out. */
export function typicalRatio(
  samples: Samples,
  name: string,
  reference: string,
  value: (sample: Sample) => number,
): number {
  const others = samplesOf(samples, reference)
  return median(
    samplesOf(samples, name).map((sample, round) => value(sample) / value(others[round] as Sample)),
  )
}

function samplesOf(samples: Samples, name: string): readonly Sample[] {
  const found = samples.get(name)
  if (!found) throw new Error(`nobody named ${name} took part`)
  return found
}

let runs = 0

/** No two runs of one database may send the same message. */
export function uniqueRun(): string {
  runs += 1
  return `${process.pid.toString(36)}${Date.now().toString(36)}x${runs}`
}
