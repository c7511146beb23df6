import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { Redis } from 'ioredis'
import { expect, test, vi } from 'vitest'
import { type RedisServer, startRedis } from './redis-server.js'

/** One command on a connection of its own, without a second try. */
async function ask(url: string, command: string, ...values: string[]): Promise<unknown> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  try {
    await client.connect()
    return await client.call(command, ...values)
  } finally {
    client.disconnect()
  }
}

const directoryOf = async ({ url }: RedisServer): Promise<string> => {
  const answer = await ask(url, 'config', 'get', 'dir')
  return (answer as string[])[1] ?? ''
}

test('a private server wants its password, comes back empty after a kill, and leaves nothing behind', async () => {
  const server = await startRedis()
  const directory = await directoryOf(server)
  await ask(server.url, 'set', 'kept', 'no')
  await expect(ask(`redis://127.0.0.1:${server.port}`, 'ping')).rejects.toThrow()
  await server.kill()
  await expect(ask(server.url, 'ping')).rejects.toThrow()
  await server.start()
  expect(await ask(server.url, 'get', 'kept')).toBeNull()
  await server.close()
  await server.close()
  await expect(access(directory)).rejects.toThrow()
})

test('a frozen server answers nothing until it is thawed', async () => {
  await using server = await startRedis()
  await server.freeze()
  let answered = false
  const answer = ask(server.url, 'ping').then(pong => {
    answered = true
    return pong
  })
  await new Promise(resolve => setTimeout(resolve, 300))
  expect(answered).toBe(false)
  await server.thaw()
  expect(await answer).toBe('PONG')
})

test('a private server goes when the process that started it is killed', async () => {
  const script = `
    import { startRedis } from ${JSON.stringify(new URL('./redis-server.ts', import.meta.url).href)}
    const server = await startRedis()
    console.log(server.url)`
  const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(owner.stdout.setEncoding('utf8'), 'data')) as [string]
  const url = line.trim()
  expect(await ask(url, 'ping')).toBe('PONG')
  owner.kill('SIGKILL')
  await vi.waitFor(() => expect(ask(url, 'ping')).rejects.toThrow(), 10_000)
})
