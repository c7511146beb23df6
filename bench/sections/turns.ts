import { account } from '../load/wire.js'
import type { Goal, Row } from '../measure/report.js'
import { interleave, type Load, startContenders, typical, typicalRatio } from '../measure/rounds.js'
import type { ServerOptions } from '../measure/server.js'
import { countRoundTrips } from './round-trips.js'
import type { Section, Surroundings } from './section.js'

const byHand = 'by hand, remembers nothing'
const onPostgres = 'Switchboard, PostgreSQL'
const users = 1_000

/** From the webhook to the reply at the Graph API, with a responder that only repeats. */
export const turns: Section = async surroundings => {
  const { generator, rounds, size } = surroundings
  await using contenders = await startContenders(await servers(surroundings))
  const names = [...contenders.servers.keys()]
  const full: Load = { kind: 'turns', connections: 64, count: 3_000 * size, users, run: '' }
  const paced: Load = { ...full, connections: 256, count: 1_500 * size, rate: 200 }
  const most = await interleave(generator, contenders, rounds, () => full)
  const calm = await interleave(generator, contenders, Math.min(3, rounds), () => paced)
  const roundTrips = await countRoundTrips(surroundings)

  const rows = names.map(
    (name): Row => ({
      name,
      values: {
        'replies/s': typical(most, name, sample => sample.perSecond),
        'p50 ms': typical(most, name, sample => sample.latency.p50),
        'p99 ms': typical(most, name, sample => sample.latency.p99),
        'ms CPU each': typical(most, name, sample => sample.cpuMicros / 1000),
        ratio: typicalRatio(most, name, byHand, sample => sample.perSecond),
        'p50 ms at 200/s': typical(calm, name, sample => sample.latency.p50),
        'p99 ms at 200/s': typical(calm, name, sample => sample.latency.p99),
        'ms CPU at 200/s': typical(calm, name, sample => sample.cpuMicros / 1000),
      },
    }),
  )
  const throughput: Goal = {
    name: 'PostgreSQL, replies a second against a bot that remembers nothing',
    value: typicalRatio(most, onPostgres, byHand, sample => sample.perSecond),
    limit: 0.4,
    better: 'more',
    unit: ' ×',
  }
  const cpu: Goal = {
    name: "PostgreSQL, the server's CPU a message",
    value: typical(most, onPostgres, sample => sample.cpuMicros / 1000),
    limit: 0.8,
    better: 'less',
    unit: ' ms',
  }
  return {
    tables: [{ title: 'Turns: webhook to reply, 64 people at a time', rows }, roundTrips.table],
    goals: [throughput, cpu, roundTrips.goal],
  }
}

async function servers({ generator, databases }: Surroundings): Promise<Record<string, ServerOptions>> {
  const graph = { GRAPH_URL: generator.graphUrl }
  const ours = (environment: Record<string, string>): ServerOptions => ({
    program: 'target/server.mjs',
    environment: {
      ...graph,
      PHONE_NUMBER_ID: account.phoneNumberId,
      APP_SECRET: account.appSecret,
      ACCESS_TOKEN: account.accessToken,
      VERIFY_TOKEN: account.verifyToken,
      ...environment,
    },
  })
  return {
    [byHand]: { program: 'reference/echo.ts', environment: graph },
    'Switchboard, memory': ours({ STATE: 'memory' }),
    'Switchboard, PGlite': ours({ STATE: 'pglite', PGLITE_DIR: await databases.pglite() }),
    [onPostgres]: ours({ STATE: 'pg', DATABASE_URL: await databases.postgres() }),
  }
}
