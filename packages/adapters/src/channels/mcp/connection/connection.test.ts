import { fileURLToPath } from 'node:url'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { ChannelEvent, OutboundMessage } from '@switchboard/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type McpChannelOptions, mcpChannel } from '../index.js'
import { makePhone, type Phone } from '../phone.test.support.js'
import { type RunningServer, startLegacy, startModern, startSse } from '../servers.test.support.js'

function text(words: string): OutboundMessage {
  const to = { kind: 'phone', value: '+15550001234' } as const
  return { id: 'out-1', channel: 'mcp', account: 'default', to, content: { type: 'text', text: words } }
}

function channelOf(options: McpChannelOptions) {
  const channel = mcpChannel(options)
  onTestFinished(() => channel.close())
  return channel
}

async function running<Server extends RunningServer>(start: (phone: Phone) => Promise<Server>) {
  const phone = makePhone()
  const server = await start(phone)
  onTestFinished(() => server.close())
  return { phone, server }
}

describe('eras', () => {
  test('a modern server is asked once what it speaks, and needs no session', async () => {
    const { server } = await running(startModern)
    const channel = channelOf({ url: server.url })
    await channel.send(text('one'))
    await channel.send(text('two'))
    expect(server.seen).toEqual([
      'server/discover',
      'tools/list',
      'tools/call send_message',
      'tools/call send_message',
    ])
  })

  test('an older server is asked too, and gets its handshake', async () => {
    const { server } = await running(startLegacy)
    await channelOf({ url: server.url }).send(text('one'))
    expect(server.seen.slice(0, 3)).toEqual(['server/discover', 'initialize', 'notifications/initialized'])
    expect(server.seen.at(-1)).toBe('tools/call send_message')
  })

  test('who is told what the server speaks does not ask', async () => {
    const { server } = await running(startLegacy)
    await channelOf({ url: server.url, era: 'legacy' }).send(text('one'))
    expect(server.seen[0]).toBe('initialize')
    const modern = channelOf({ url: server.url, era: 'modern' })
    await expect(modern.send(text('two'))).rejects.toMatchObject({ code: 'channel_refused' })
  })
})

describe('a server that forgets sessions', () => {
  test.each([404, 400] as const)('with a %i gets a new one, and the message once', async status => {
    const { phone, server } = await running(startLegacy)
    const channel = channelOf({ url: server.url })
    await channel.send(text('one'))
    server.forgetSessions(status)
    await channel.send(text('two'))
    await channel.send(text('three'))
    expect(phone.sends().map(sent => sent.text)).toEqual(['one', 'two', 'three'])
    expect(server.seen.filter(name => name === 'initialize')).toHaveLength(2)
  })

  test('every time is refused, not asked for ever', async () => {
    const { server } = await running(startLegacy)
    const channel = channelOf({ url: server.url })
    server.interfere(({ body, response }) => {
      if (!body.includes('tools/call')) return 'pass'
      response.writeHead(404).end()
      return 'handled'
    })
    await expect(channel.send(text('one'))).rejects.toMatchObject({
      code: 'channel_refused',
      providerCode: '404',
    })
    expect(server.seen.filter(name => name.startsWith('tools/call'))).toHaveLength(2)
  })
})

describe.each([
  ['modern', startModern],
  ['legacy', startLegacy],
] as const)('a hostile %s server', (_name, start) => {
  const answers: [name: string, head: [number, Record<string, string>], body: string, expected: object][] = [
    [
      'HTML that says all is well',
      [200, { 'content-type': 'text/html' }],
      '<h1>OK</h1>',
      { code: 'channel_unknown' },
    ],
    [
      'JSON that breaks off',
      [200, { 'content-type': 'application/json' }],
      '{"jsonrpc":',
      { code: 'channel_unknown' },
    ],
    ['an empty body', [200, { 'content-type': 'application/json' }], '', { code: 'channel_unknown' }],
    [
      'a stream without the answer',
      [200, { 'content-type': 'text/event-stream' }],
      ': hello\n\n',
      { code: 'channel_unknown' },
    ],
    [
      'a gateway that gave up',
      [502, { 'content-type': 'text/html' }],
      '<h1>Bad gateway</h1>',
      { code: 'channel_unknown' },
    ],
    ['a crash', [500, {}], 'stack trace of Hello', { code: 'channel_unknown' }],
    [
      'a wrong token',
      [401, { 'www-authenticate': 'Bearer' }],
      '',
      { code: 'channel_refused', scope: 'auth', retryable: false },
    ],
    ['a closed door', [403, {}], '', { code: 'channel_refused', scope: 'auth' }],
    [
      'too many requests',
      [429, { 'retry-after': '7' }],
      '',
      { code: 'channel_refused', retryable: true, retryAfterMs: 7_000 },
    ],
    ['a pause', [503, {}], '', { code: 'channel_refused', retryable: true }],
    ['a body that it does not take', [413, {}], '', { code: 'channel_refused', retryable: false }],
    [
      'another address',
      [307, { location: 'http://elsewhere.invalid/mcp' }],
      '',
      { code: 'channel_refused', scope: 'account', message: expect.stringContaining('final address') },
    ],
  ]
  test.each(answers)('with %s', async (_what, [status, headers], body, expected) => {
    const { phone, server } = await running(start)
    const channel = channelOf({ url: server.url })
    await channel.send(text('first'))
    server.interfere(({ body: asked, response }) => {
      if (!asked.includes('tools/call')) return 'pass'
      response.writeHead(status, headers).end(body)
      return 'handled'
    })
    const error = await channel.send(text('Hello, Mr Secret')).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'ChannelError', ...expected })
    expect(`${error} ${(error as Error).cause}`).not.toMatch(/Secret|stack trace/)
    server.interfere(undefined)
    await channel.send(text('last'))
    expect(phone.sends().map(sent => sent.text)).toEqual(['first', 'last'])
  })

  test('that vanishes in the middle of its stream leaves the outcome open, at once', async () => {
    const { phone, server } = await running(start)
    const channel = channelOf({ url: server.url })
    await channel.send(text('first'))
    server.interfere(({ body, response, socket }) => {
      if (!body.includes('tools/call')) return 'pass'
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': working\n\n', () => socket.destroy())
      return 'handled'
    })
    await expect(channel.send(text('second'))).rejects.toMatchObject({
      code: 'channel_unknown',
      retryable: false,
    })
    server.interfere(undefined)
    await channel.send(text('third'))
    expect(phone.sends().map(sent => sent.text)).toEqual(['first', 'third'])
  })

  test('that says nothing is waited for until the deadline', async () => {
    const { phone, server } = await running(start)
    // Loads the SDK, which is no part of what is timed.
    await channelOf({ url: server.url }).health()
    const channel = channelOf({ url: server.url, timeoutMs: 1_500 })
    phone.state.intercept = () => new Promise(() => undefined)
    await expect(channel.send(text('one'))).rejects.toMatchObject({ code: 'channel_unknown' })
    await expect(channel.poll?.(undefined)).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: true,
    })
  })

  test.each(['auto', 'legacy'] as const)('that is not there is named by its socket (%s)', async era => {
    const { server } = await running(startModern)
    await server.close()
    const error = await channelOf({ url: server.url, era })
      .send(text('hello'))
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'channel_refused', retryable: true })
    expect((error as Error).message).toContain('No connection to the MCP server (ECONNREFUSED)')
  })

  test('that is gone was certainly not told, once its connections are known to be dead', async () => {
    const { server } = await running(start)
    const channel = channelOf({ url: server.url })
    await channel.send(text('one'))
    await server.close()
    // This one may still be written into a connection that was open a moment ago.
    await expect(channel.send(text('two'))).rejects.toMatchObject({ name: 'ChannelError' })
    await expect(channel.send(text('three'))).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: true,
    })
    expect(await channel.health()).toMatchObject({ ok: false })
  })
})

test('a server that asks for input is told that nobody is there', async () => {
  const { phone, server } = await running(startModern)
  phone.state.intercept = () => {
    const inputRequests = {
      confirm: {
        method: 'elicitation/create',
        params: { mode: 'form', message: 'Really?', requestedSchema: { type: 'object', properties: {} } },
      },
    }
    return { resultType: 'input_required', inputRequests, requestState: 'x' } as never
  }
  const error = channelOf({ url: server.url }).send(text('one'))
  await expect(error).rejects.toMatchObject({
    code: 'channel_refused',
    message: expect.stringContaining('input'),
  })
})

test('an answer that does not fit the schema of the tool is an answer', async () => {
  const { phone, server } = await running(startLegacy)
  phone.tools[2] = {
    ...phone.tools[2],
    outputSchema: { type: 'object', properties: { sent: { type: 'boolean' } }, required: ['sent'] },
  } as never
  const channel = channelOf({ url: server.url })
  expect(await channel.send(text('one'))).toEqual({ providerId: expect.stringMatching(/^3EB0/) })
})

describe('who we are', () => {
  test('a token is asked for before every request, headers go along', async () => {
    const { server } = await running(startModern)
    const seen: unknown[] = []
    server.interfere(({ headers }) => {
      seen.push([headers.authorization, headers['x-api-key']])
      return 'pass'
    })
    let count = 0
    const token = () => `token-${++count}`
    await channelOf({ url: server.url, token, headers: { 'X-Api-Key': 'key' } }).send(text('one'))
    expect(seen).toEqual([1, 2, 3].map(number => [`Bearer token-${number}`, 'key']))
  })

  test('a token that cannot be had sends nothing', async () => {
    const { phone, server } = await running(startModern)
    const token = () => Promise.reject(new Error('vault sealed'))
    await expect(channelOf({ url: server.url, token }).send(text('one'))).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: true,
    })
    expect(phone.calls).toEqual([])
  })
})

describe('tools', () => {
  test('that are missing are named, with those that are there', async () => {
    const { server } = await running(startModern)
    const channel = channelOf({ url: server.url, profile: 'whapi' })
    const message = expect.stringMatching(/no tool sendMessageText.*get_chats, get_messages, send_message/)
    await expect(channel.send(text('one'))).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
      message,
    })
    expect(await channel.health()).toEqual({
      ok: false,
      state: 'no tool getChats, getMessagesByChatID, sendMessageText',
    })
  })

  test('that are all there make a healthy channel', async () => {
    const { server } = await running(startModern)
    expect(await channelOf({ url: server.url }).health()).toEqual({ ok: true, state: 'connected' })
  })
})

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

test('over SSE a stream that breaks is noticed, and made anew', async () => {
  const { phone, server } = await running(startSse)
  const channel = channelOf({ url: server.url, transport: 'sse' })
  await channel.send(text('one'))
  phone.state.intercept = () => {
    server.breakConnections()
    return new Promise(() => undefined)
  }
  await expect(channel.send(text('two'))).rejects.toMatchObject({ code: 'channel_unknown' })
  phone.state.intercept = undefined
  await channel.send(text('three'))
  expect(phone.sends().map(sent => sent.text)).toEqual(['one', 'two', 'three'])
})
