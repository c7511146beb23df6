import { fileURLToPath } from 'node:url'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { ChannelEvent } from '@switchboard/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { mcpChannel } from '../index.js'
import { channelOf, text } from './channel.test.support.js'

const program = fileURLToPath(new URL('../stdio-server.test.support.mjs', import.meta.url))
const said = (events: readonly ChannelEvent[]) =>
  events.map(event => (event.type === 'message' ? [event.author, event.content] : event.type))

describe('a program over stdio', () => {
  const options = {
    command: process.execPath,
    args: [program],
    profile: 'lharries',
    stderr: 'inherit',
  } as const

  test('is polled and sent through', async () => {
    const channel = channelOf(options)
    await channel.send(text('Hello'))
    const first = await channel.poll?.(undefined)
    expect(said(first?.events ?? [])).toEqual(
      expect.arrayContaining(['status', ['customer', { type: 'text', text: 'You said: Hello' }]]),
    )
    expect((await channel.poll?.(first?.cursor))?.events).toEqual([])
  })

  test('that dies while it sends leaves the outcome open, and is started again', async () => {
    const channel = channelOf(options)
    await expect(channel.send(text('die'))).rejects.toMatchObject({ code: 'channel_unknown' })
    expect(await channel.send(text('Hello'))).toEqual({})
  })

  test('that does not exist is a clear refusal', async () => {
    const channel = channelOf({ command: '/nowhere/whatsapp-mcp' })
    const message = expect.stringMatching(/cannot be started.*command/)
    await expect(channel.send(text('x'))).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
      message,
    })
  })

  test('that is no MCP server does not hang', async () => {
    const channel = channelOf({
      command: process.execPath,
      args: ['-e', 'console.log("hi")'],
      timeoutMs: 5_000,
    })
    await expect(channel.send(text('x'))).rejects.toMatchObject({ code: 'channel_refused' })
  })
})

describe('a client of the application', () => {
  test('may be one of the older SDK, and is not closed', async () => {
    const client = new OldClient({ name: 'app', version: '1' })
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [program] }))
    onTestFinished(() => client.close())
    const channel = mcpChannel({ client, profile: 'lharries' })
    expect(await channel.send(text('Hello'))).toEqual({})
    await channel.close()
    expect((await client.listTools()).tools).toHaveLength(3)
  })

  test('is asked for again when it is lost', async () => {
    let made = 0
    const connect = async () => {
      made += 1
      const client = new OldClient({ name: 'app', version: '1' })
      await client.connect(new StdioClientTransport({ command: process.execPath, args: [program] }))
      return client
    }
    const channel = channelOf({ client: connect, profile: 'lharries' })
    await expect(channel.send(text('die'))).rejects.toMatchObject({ code: 'channel_unknown' })
    expect(await channel.send(text('Hello'))).toEqual({})
    expect(made).toBe(2)
  })
})

test('a client that comes too late, or whose tools cannot be listed, is closed', async () => {
  const closed: string[] = []
  const clientOf = (name: string, listTools: () => Promise<unknown>) => ({
    callTool: async () => ({}),
    listTools,
    close: async () => void closed.push(name),
  })
  let connect = () => {}
  const late = new Promise<ReturnType<typeof clientOf>>(resolve => {
    connect = () => resolve(clientOf('late', async () => ({ tools: [] })))
  })
  let asked = 0
  const client = () => {
    asked += 1
    return late
  }
  const channel = channelOf({ client, profile: 'lharries', timeoutMs: 20 })
  const refusal = { code: 'channel_refused' }
  // The connection has its own time: when it is asked for again the first one has given up.
  while (asked < 2) await expect(channel.send(text('x'))).rejects.toMatchObject(refusal)
  connect()
  await expect.poll(() => closed).toContain('late')
  const broken = clientOf('broken', () => Promise.reject(new Error('no')))
  const other = channelOf({ client: () => broken, profile: 'lharries' })
  await expect(other.send(text('x'))).rejects.toMatchObject(refusal)
  expect(closed).toContain('broken')
})
