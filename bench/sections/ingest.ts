import type { Generator } from '../load/generator.js'
import type { Goal, Report, Row } from '../measure/report.js'
import {
  type Contenders,
  interleave,
  type Load,
  runOnce,
  type Sample,
  type Samples,
  startContenders,
  typical,
  typicalRatio,
  uniqueRun,
} from '../measure/rounds.js'
import type { ServerOptions } from '../measure/server.js'
import { median } from '../measure/statistics.js'
import type { Section, Surroundings } from './section.js'

const ours = 'Switchboard'
const oneCall = 'by hand, a call each'

/** How many people write, all of whom have written before. */
const users = 5_000

/** Durable ingest: acknowledged after the commit. */
export const ingest: Section = async surroundings => {
  const postgres = await measure('PostgreSQL', await postgresServers(surroundings), surroundings)
  const pglite = await measure('PGlite', await pgliteServers(surroundings), surroundings)
  return { tables: [...postgres.tables, ...pglite.tables], goals: [...postgres.goals, ...pglite.goals] }
}

async function postgresServers({ databases }: Surroundings): Promise<Record<string, ServerOptions>> {
  const reference = async (settings: Record<string, string>): Promise<ServerOptions> => ({
    program: 'reference/ingest.ts',
    environment: { STORE: 'pg', DATABASE_URL: await databases.postgres(), ...settings },
  })
  return {
    'by hand, greedy, 1 slot': await reference({ SLOTS: '1' }),
    'by hand, greedy, 2 slots': await reference({ SLOTS: '2' }),
    [oneCall]: await reference({ BATCH: 'one' }),
    [ours]: {
      program: 'programs/webhooks.ts',
      environment: { STORE: 'pg', DATABASE_URL: await databases.postgres() },
    },
  }
}

async function pgliteServers({ databases }: Surroundings): Promise<Record<string, ServerOptions>> {
  return {
    'by hand, greedy, 1 slot': {
      program: 'reference/ingest.ts',
      environment: { STORE: 'pglite', PGLITE_DIR: await databases.pglite(), SLOTS: '1' },
    },
    [oneCall]: {
      program: 'reference/ingest.ts',
      environment: { STORE: 'pglite', PGLITE_DIR: await databases.pglite(), BATCH: 'one' },
    },
    [ours]: {
      program: 'programs/webhooks.ts',
      environment: { STORE: 'pglite', PGLITE_DIR: await databases.pglite() },
    },
  }
}

async function measure(
  database: string,
  servers: Record<string, ServerOptions>,
  { generator, rounds, size }: Surroundings,
): Promise<Report> {
  await using contenders = await startContenders(servers)
  const names = Object.keys(servers)
  await meetEverybody(generator, contenders)
  const load = closedLoad(10_000 * size)
  const throughput = await interleave(generator, contenders, rounds, () => load)
  const reference = fastest(throughput, names.slice(0, -2))
  const limit = typical(throughput, reference, sample => sample.perSecond)
  const newcomers = await interleave(generator, contenders, Math.min(3, rounds), () =>
    newcomerLoad(3_000 * size),
  )
  const paced = await pace(generator, contenders, { reference, limit, seconds: 10 * size })
  return {
    tables: [
      {
        title: `Durable ingest, ${database}: as many as it takes`,
        rows: rates(names, throughput, reference),
      },
      {
        title: `Durable ingest, ${database}: people who never wrote before`,
        rows: rates(names, newcomers, reference),
      },
      { title: `Durable ingest, ${database}: at a given load`, rows: paced.rows },
    ],
    goals: [
      {
        name: `${database}: throughput against ${reference}`,
        value: typicalRatio(throughput, ours, reference, sample => sample.perSecond),
        limit: 0.7,
        better: 'more',
        unit: ' ×',
      },
      ...(database === 'PostgreSQL' ? paced.goals : []),
    ],
  }
}

function closedLoad(count: number): Load {
  return { kind: 'webhooks', connections: 64, count, users, run: '', redelivered: 0.03 }
}

let newcomers = users

/** Nobody of these has written before. */
function newcomerLoad(count: number): Load {
  newcomers += count
  return { kind: 'webhooks', connections: 64, count, users: count, firstUser: newcomers, run: '' }
}

async function meetEverybody(generator: Generator, { servers }: Contenders): Promise<void> {
  for (const server of servers.values()) {
    await runOnce(generator, server, { ...closedLoad(users), redelivered: 0, run: uniqueRun() })
  }
}

function fastest(samples: Samples, names: readonly string[]): string {
  const rate = (name: string) => typical(samples, name, sample => sample.perSecond)
  return names.reduce((best, name) => (rate(name) > rate(best) ? name : best))
}

function rates(names: readonly string[], samples: Samples, reference: string): Row[] {
  return names.map(name => ({
    name,
    values: {
      'per second': typical(samples, name, sample => sample.perSecond),
      'p50 ms': typical(samples, name, sample => sample.latency.p50),
      'p99 ms': typical(samples, name, sample => sample.latency.p99),
      'µs CPU each': typical(samples, name, sample => sample.cpuMicros),
      ratio: typicalRatio(samples, name, reference, sample => sample.perSecond),
    },
  }))
}

interface Pacing {
  readonly reference: string
  /** What the reference takes, a second. */
  readonly limit: number
  readonly seconds: number
}

async function pace(generator: Generator, contenders: Contenders, { reference, limit, seconds }: Pacing) {
  const at = async (rate: number, name: string) => {
    const count = Math.ceil(rate * seconds)
    return repeated(generator, contenders, name, { ...closedLoad(count), rate })
  }
  const rows: Row[] = []
  const latencies = async (label: string, rate: number, names: readonly string[]) => {
    const results = new Map<string, Sample>()
    for (const name of names) {
      const sample = await at(rate, name)
      results.set(name, sample)
      const { p50, p99, mean } = sample.latency
      rows.push({
        name: `${label}, ${name}`,
        values: { 'per second': rate, 'mean ms': mean, 'p50 ms': p50, 'p99 ms': p99 },
      })
    }
    return (name: string) => (results.get(name) as Sample).latency
  }
  const low = await latencies('30 %', 0.3 * limit, [reference, ours])
  const high = await latencies('60 %', 0.6 * limit, [reference, ours])
  const calm = await latencies('calm', 100, [oneCall, ours])
  const goals: Goal[] = [
    { name: 'p99 at 30 % of that load', value: low(ours).p99, limit: 20, better: 'less', unit: ' ms' },
    { name: 'p99 at 60 % of that load', value: high(ours).p99, limit: 100, better: 'less', unit: ' ms' },
    {
      name: 'p50 at 100 a second against one plain call',
      value: calm(ours).p50 / calm(oneCall).p50,
      limit: 1.3,
      better: 'less',
      unit: ' ×',
    },
  ]
  return { rows, goals }
}

/** The one of three runs whose p99 is the middle one. */
async function repeated(
  generator: Generator,
  { servers }: Contenders,
  name: string,
  load: Load,
): Promise<Sample> {
  const server = servers.get(name)
  if (!server) throw new Error(`nobody named ${name} takes part`)
  const samples: Sample[] = []
  for (let round = 0; round < 3; round++) {
    samples.push(await runOnce(generator, server, { ...load, run: uniqueRun() }))
  }
  const middle = median(samples.map(sample => sample.latency.p99))
  return samples.find(sample => sample.latency.p99 === middle) as Sample
}
