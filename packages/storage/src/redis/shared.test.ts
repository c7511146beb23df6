import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '@switchboard/test-support/free-port'
import { startRedis } from '@switchboard/test-support/redis-server'
import { Cluster, Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { redisRateLimiter } from './index.js'

/** Takes what it gets for a while. Its own clock is years off, which must not matter. */
const greedy = `
import { Cluster, Redis } from 'ioredis'
import { redisRateLimiter } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}

const [url, burst, everyMs] = JSON.parse(process.env.GREEDY)
Date.now = () => Number(process.env.WRONG_TIME)
const client = new Redis(url)
const limiter = redisRateLimiter({ client, timeoutMs: 20_000 })
const redisNow = async () => {
  const [seconds, micros] = await client.time()
  return Number(seconds) * 1_000 + Number(micros) / 1_000
}
await client.ping()
process.send('ready')
process.once('message', async () => {
  const start = await redisNow()
  let granted = 0
  for (let call = 0; call < 150; call++) {
    const grant = await limiter.take([{ key: 'account', limit: { burst, everyMs } }], 0)
    if (grant.granted) granted += 1
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  process.send({ granted, start, end: await redisNow() })
  client.disconnect()
  process.disconnect()
})
`

interface Taken {
  readonly granted: number
  readonly start: number
  readonly end: number
}

async function startGreedy(url: string, wrongTime: number, [burst, everyMs]: readonly number[]) {
  const child = spawn(
    process.execPath,
    ['--conditions=@switchboard/source', '--import', 'tsx', '--input-type=module', '-e', greedy],
    {
      cwd: new URL('.', import.meta.url),
      env: {
        ...process.env,
        GREEDY: JSON.stringify([url, burst, everyMs]),
        WRONG_TIME: String(wrongTime),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  )
  const ended = once(child, 'exit').then(([status]) => {
    throw new Error(`a process ended with status ${status}`)
  })
  ended.catch(() => {})
  await Promise.race([once(child, 'message'), ended])
  return async (): Promise<Taken> => {
    child.send('go')
    const [taken] = await Promise.race([once(child, 'message'), ended])
    return taken
  }
}

it('two processes keep one pace together, whatever their own clocks say', async () => {
  await using server = await startRedis()
  const [burst, everyMs] = [5, 100]
  const processes = await Promise.all(
    [0, 4e12].map(wrong => startGreedy(server.url, wrong, [burst, everyMs])),
  )
  const taken = await Promise.all(processes.map(go => go()))
  const granted = taken.reduce((sum, one) => sum + one.granted, 0)
  const span = Math.max(...taken.map(({ end }) => end)) - Math.min(...taken.map(({ start }) => start))
  expect(granted).toBeLessThanOrEqual(burst + span / everyMs + 1e-6)
  // 150 calls each take longer than one place, and not so long that there is a place for each.
  expect(granted).toBeGreaterThan(burst)
  expect(granted).toBeLessThan(2 * 150)
}, 60_000)

it('a pause that one client asks for holds the others up; another prefix knows nothing of it', async () => {
  await using server = await startRedis()
  const [one, two] = [new Redis(server.url), new Redis(server.url)]
  try {
    await redisRateLimiter({ client: one }).pause('account', 600_000)
    expect(await redisRateLimiter({ client: two }).take([{ key: 'account' }], 0)).toMatchObject({
      granted: false,
    })
    const stranger = redisRateLimiter({ client: two, prefix: 'another bot' })
    expect(await stranger.take([{ key: 'account' }], 0)).toEqual({ granted: true, waitMs: 0 })
  } finally {
    one.disconnect()
    two.disconnect()
  }
})

it('a clock of Redis that goes back makes nobody wait for the old time', async () => {
  await using server = await startRedis()
  const client = new Redis(server.url)
  try {
    const limiter = redisRateLimiter({ client })
    const limit = { burst: 3, everyMs: 1_000 }
    await limiter.take([{ key: 'a', limit }], 0)
    const [key = ''] = await client.keys('*')
    // What an hour ago looks like from there: the bucket would be full in an hour.
    const [seconds] = await client.time()
    await client.set(key, `${(Number(seconds) + 3_600) * 1_000} 0`)
    const { granted, waitMs } = await limiter.take([{ key: 'a', limit }], 0)
    expect(granted).toBe(false)
    expect(waitMs).toBeLessThanOrEqual(61_000)
  } finally {
    client.disconnect()
  }
})

it('a cluster, which lets a script see one slot only, keeps many buckets of one call', async () => {
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-port': String(await freePort()),
    'cluster-announce-ip': '127.0.0.1',
  }
  await using server = await startRedis({ settings })
  const node = new Redis(server.url)
  await node.call('cluster', 'addslotsrange', '0', '16383')
  await expect.poll(() => node.cluster('INFO'), { timeout: 10_000 }).toContain('cluster_state:ok')
  const { port, password } = new URL(server.url)
  const cluster = new Cluster([{ host: '127.0.0.1', port: Number(port) }], { redisOptions: { password } })
  try {
    const limiter = redisRateLimiter({ client: cluster, timeoutMs: 20_000 })
    const limit = { burst: 1, everyMs: 600_000 }
    const buckets = Array.from({ length: 20 }, (_, index) => ({ key: `bucket ${index}`, limit }))
    expect(await limiter.take(buckets, 0)).toEqual({ granted: true, waitMs: 0 })
    await limiter.pause('bucket 3', 900_000)
    expect(await limiter.take(buckets.slice(3), 0)).toMatchObject({ granted: false })
  } finally {
    cluster.disconnect()
    node.disconnect()
  }
})
