import { type Connection, connect } from './connections.js'

/** One thing that is done on a connection; its end is what is measured. */
export type Exchange = (connection: Connection, index: number) => Promise<void>

export interface Pace {
  readonly port: number
  readonly connections: number
  readonly count: number
  /** Exchanges a second on average, at random times as in a Poisson process. Absent: as fast as the server takes them. */
  readonly rate?: number
}

export interface Timing {
  readonly seconds: number
  /** Of each exchange, in milliseconds. */
  readonly latencies: Float64Array
}

/** Runs all exchanges at the given pace. */
export async function runExchanges(pace: Pace, exchange: Exchange): Promise<Timing> {
  const { port, connections: width, count, rate } = pace
  const connections = await Promise.all(Array.from({ length: width }, () => connect(port)))
  const latencies = new Float64Array(count)
  let next = 0
  const measured = async (connection: Connection, since: number) => {
    const index = next++
    await exchange(connection, index)
    latencies[index] = performance.now() - since
  }
  const started = performance.now()
  if (rate === undefined) await closedLoop(connections, () => next < count, measured)
  else await openLoop(connections, count, rate, measured)
  const seconds = (performance.now() - started) / 1000
  for (const connection of connections) connection.close()
  return { seconds, latencies }
}

type Measured = (connection: Connection, since: number) => Promise<void>

/** Each connection goes on as soon as its last exchange has ended: how much a server can take. */
async function closedLoop(connections: readonly Connection[], more: () => boolean, exchange: Measured) {
  await Promise.all(
    connections.map(async connection => {
      while (more()) await exchange(connection, performance.now())
    }),
  )
}

/** Exchanges come when they come, whatever the server does. One that finds no free connection waits, and its wait counts. */
async function openLoop(connections: readonly Connection[], count: number, rate: number, exchange: Measured) {
  const free = [...connections]
  const waiting: number[] = []
  const running: Promise<void>[] = []

  async function run(connection: Connection, arrivedAt: number): Promise<void> {
    for (let since: number | undefined = arrivedAt; since !== undefined; since = waiting.shift()) {
      await exchange(connection, since)
    }
    free.push(connection)
  }

  for await (const arrivedAt of arrivals(count, rate)) {
    // The one that has been idle for longest: servers close those that stay idle for seconds.
    const connection = free.shift()
    if (connection) running.push(run(connection, arrivedAt))
    else waiting.push(arrivedAt)
  }
  await Promise.all(running)
}

/** Gives the times of arrivals when they have come. Timers wake once a millisecond: their lateness is nobody's wait. */
async function* arrivals(count: number, rate: number): AsyncGenerator<number> {
  let due = performance.now()
  for (let index = 0; index < count; index++) {
    due += (-Math.log(1 - Math.random()) * 1000) / rate
    while (due > performance.now()) {
      await new Promise(resolve => setTimeout(resolve, due - performance.now()))
    }
    yield performance.now()
  }
}
