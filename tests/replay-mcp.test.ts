import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type McpChannel,
  type McpChannelOptions,
  type McpProfile,
  mcpChannel,
  mcpProfiles,
} from '@switchboard/adapters/mcp'
import type { ChannelEvent, OutboundMessage } from '@switchboard/core'
import { describe, expect, onTestFinished, test } from 'vitest'

/**
 * Replays exchanges with MCP servers that were written down, some from real servers, independently of this repository, where they
 * lie beside it: `exchanges/*.json` are pairs of a request and its response.
 */
const folder = fileURLToPath(new URL('../../shared/contracts/mcp/exchanges', import.meta.url))
const present = existsSync(folder)
if (!present) console.info(`No recorded MCP traffic in ${folder}: nothing to replay.`)

/** Without recordings there are no such tests, rather than skipped ones. */
const replays: (name: string, tests: () => void) => void = present ? describe : () => undefined

type Json = Record<string, unknown>

interface Call {
  method: string
  params?: { name?: string; arguments?: Json; _meta?: Json }
}

interface Exchange {
  era: string
  request: { headers: Record<string, string>; body: Call }
  response: { status: number; headers: Record<string, string>; body?: Json; raw_body?: string }
}

const load = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Exchange
const names = present
  ? readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .map(name => name.slice(0, -5))
  : []

const chat = '15550001234@s.whatsapp.net'
/** The recordings happen on 10 September 2026, in its first two hours. */
const before = Date.UTC(2026, 8, 10)
const after = Date.UTC(2026, 8, 10, 2)

const expected = {
  first: ['customer', 'Hi, is the blue one in stock?'],
  second: ['operator', 'Yes!'],
} as const

type Profile = keyof typeof mcpProfiles

/** Of the profiles that can read. */
const readers = mcpProfiles as unknown as Record<string, Required<Pick<McpProfile, 'chats' | 'messages'>>>
const { first, second } = expected

/** What each recorded answer means. */
const polled: Record<
  string,
  { profile: Profile; said: readonly (readonly string[])[]; ids?: readonly string[] }
> = {
  legacy_call_get_messages_structured: {
    profile: 'standard',
    said: [first, second],
    ids: ['3EB0FICTIONAL0001', '3EB0FICTIONAL0002'],
  },
  modern_call_get_messages: {
    profile: 'standard',
    said: [first, second],
    ids: ['3EB0FICTIONAL0001', '3EB0FICTIONAL0002'],
  },
  lharries_list_messages_text: { profile: 'lharries', said: [first, second, ['customer', 'image']] },
  verygoodplugins_list_messages: {
    profile: 'verygoodplugins',
    said: [first, second],
    ids: ['3EB0FICTIONAL0001', '3EB0FICTIONAL0002'],
  },
  waha_chats_get_messages: {
    profile: 'waha',
    said: [first],
    ids: ['false_15550001234@c.us_3EB0FICTIONAL0001'],
  },
  loglux_list_messages: {
    profile: 'loglux',
    said: [first],
    ids: [`${chat}:3EB0FICTIONAL0001`],
  },
}

const listed: Record<string, Profile> = {
  legacy_call_get_chats_text_only: 'standard',
  lharries_list_chats: 'lharries',
}

const refused = (retryable = false) => ({ code: 'channel_refused', retryable })

const sent: Record<string, { profile: Profile; outcome: object }> = {
  legacy_call_send_message_json: { profile: 'standard', outcome: { providerId: '3EB0FICTIONAL0003' } },
  legacy_call_tool_error: { profile: 'standard', outcome: refused() },
  legacy_call_invalid_arguments: { profile: 'standard', outcome: refused() },
  legacy_call_unknown_tool: { profile: 'standard', outcome: refused() },
  legacy_unknown_tool_protocol_error: { profile: 'standard', outcome: refused() },
  legacy_missing_accept_406: { profile: 'standard', outcome: refused() },
  legacy_unauthorized_401: { profile: 'standard', outcome: { ...refused(), scope: 'auth' } },
  legacy_session_expired_404: { profile: 'standard', outcome: refused() },
  lharries_send_message: { profile: 'lharries', outcome: {} },
  lharries_send_message_failed: { profile: 'lharries', outcome: refused() },
  loglux_send_message_idempotent: { profile: 'loglux', outcome: { providerId: `${chat}:3EB0FICTIONAL0005` } },
  modern_header_mismatch: { profile: 'standard', outcome: refused() },
  modern_input_required: { profile: 'standard', outcome: { ...refused(), providerCode: 'input_required' } },
  modern_unsupported_version: { profile: 'standard', outcome: refused() },
  msaelices_error_as_plain_text: { profile: 'msaelices', outcome: refused() },
  waha_send_text_http_error: { profile: 'waha', outcome: { ...refused(), providerCode: '422' } },
  whapi_sendMessageText: { profile: 'whapi', outcome: { providerId: 'p.fictional.g4CA-1' } },
}

/** What is only the way to an answer, and is used for every other one. */
const onTheWay = [
  'fallback_modern_request_at_legacy_stateful',
  'fallback_modern_request_at_legacy_stateless',
  'legacy_initialize',
  'legacy_initialized_notification',
  'legacy_tools_list',
  'modern_discover',
]

test('recorded exchanges are complete, or said to be absent', () => {
  const failing = ['lharries_list_messages_sdk2_error']
  const known = [
    ...Object.keys(polled),
    ...Object.keys(listed),
    ...Object.keys(sent),
    ...onTheWay,
    ...failing,
  ]
  expect(names.filter(name => !known.includes(name))).toEqual([])
  expect(names.length).toBe(present ? known.length : 0)
})

interface Replay {
  channel: McpChannel
  /** The calls of tools, as they came, with their headers. */
  calls: { body: Call; headers: Record<string, unknown> }[]
  seen: string[]
}

/** A server that speaks as recorded, and gives `name`'s response to the calls of `tool`. */
async function replay(
  name: string,
  profile: Profile,
  tool: string,
  fallback = onTheWay[0] as string,
): Promise<Replay> {
  const exchange = load(name)
  const modern = exchange.era === 'modern'
  const { chats, messages, send }: McpProfile = mcpProfiles[profile]
  const replayed: Omit<Replay, 'channel'> = { calls: [], seen: [] }
  const tools = [chats?.tool, messages?.tool, send.tool].flatMap(each =>
    each ? [{ name: each, inputSchema: { type: 'object' } }] : [],
  )

  function answer(body: Call & { id?: number }): Exchange['response'] {
    const result = (value: Json) => ({
      status: 200,
      headers: json,
      body: { jsonrpc: '2.0', id: body.id, result: value },
    })
    switch (body.method) {
      case 'server/discover':
        return modern ? load('modern_discover').response : load(fallback).response
      case 'initialize':
        return load('legacy_initialize').response
      case 'notifications/initialized':
        return load('legacy_initialized_notification').response
      case 'tools/list':
        return result({ tools, resultType: 'complete', ttlMs: 0, cacheScope: 'private' })
      default: {
        if (body.params?.name === tool) return exchange.response
        const data = body.params?.name === chats?.tool ? [{ id: chat, timestamp: after / 1000 - 60 }] : []
        return result({ content: [{ type: 'text', text: JSON.stringify(data) }], resultType: 'complete' })
      }
    }
  }
  const json = { 'content-type': 'application/json' }
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString())
    replayed.seen.push(body.method)
    if (body.method === 'tools/call') replayed.calls.push({ body, headers: request.headers })
    const { status, headers, raw_body, body: recorded } = answer(body)
    const text = raw_body ?? (recorded ? JSON.stringify(recorded) : '')
    // The id is the one of our request, where the response names one.
    response
      .writeHead(status, headers)
      .end(text.replace(/"id":\s*\d+(?=[,}])/, () => `"id":${JSON.stringify(body.id)}`))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  let time = before
  const options: McpChannelOptions = { url, profile, token: 'replayed', now: () => time }
  const channel = mcpChannel(options)
  time = after
  onTestFinished(async () => {
    await channel.close()
    server.closeAllConnections()
    server.close()
  })
  return { ...replayed, channel }
}

function said(events: readonly ChannelEvent[]) {
  return events.map(event => {
    if (event.type !== 'message') return [event.type]
    return [event.author, event.content.type === 'text' ? event.content.text : event.content.type]
  })
}

const hello: OutboundMessage = {
  id: 'job-42',
  channel: 'mcp',
  account: 'default',
  to: { kind: 'phone', value: '+15550001234' },
  content: { type: 'text', text: 'Hello' },
}

replays('messages', () => {
  test.each(Object.entries(polled))('%s', async (name, { profile, said: words, ids }) => {
    const tool = readers[profile]?.messages.tool ?? ''
    const { channel, calls } = await replay(name, profile, tool)
    const { events, cursor } = (await channel.poll?.(undefined)) ?? { events: [], cursor: '' }
    expect(said(events)).toEqual(words)
    for (const event of events) {
      if (event.type !== 'message') throw new Error(event.type)
      expect(event.sentAt).toBeGreaterThan(before)
      expect(event.history ?? false).toBe(false)
      expect(event.chat).toMatchObject({
        kind: 'direct',
        person: { identities: [{ kind: 'phone', value: '+15550001234' }] },
      })
    }
    const found = events.flatMap(event => ('providerId' in event ? [event.providerId] : []))
    if (ids) expect(found).toEqual(ids)
    expect(new Set(found).size).toBe(words.length)
    expect((await channel.poll?.(cursor))?.events).toEqual([])

    const { request } = load(name)
    const call = calls.find(({ body }) => body.params?.name === tool)
    expect(call?.body.params?.name).toBe(request.body.params?.name)
    const address = (value: Json | undefined) =>
      String(value?.chat_id ?? value?.chat_jid ?? value?.chatId).split('@')[0]
    expect(address(call?.body.params?.arguments)).toBe(address(request.body.params?.arguments))
  })

  test('lharries_list_messages_sdk2_error', async () => {
    const { channel } = await replay('lharries_list_messages_sdk2_error', 'lharries', 'list_messages')
    await expect(channel.poll?.(undefined)).rejects.toMatchObject({ code: 'channel_refused' })
  })
})

replays('chats', () => {
  test.each(Object.entries(listed))('%s', async (name, profile) => {
    const { chats, messages } = readers[profile] ?? {}
    const { channel, calls } = await replay(name, profile, chats?.tool ?? '')
    await channel.poll?.(undefined)
    const asked = calls.filter(({ body }) => body.params?.name === messages?.tool)
    expect(asked.flatMap(({ body }) => Object.values(body.params?.arguments ?? {}))).toContain(chat)
  })
})

replays('sends', () => {
  test.each(Object.entries(sent))('%s', async (name, { profile, outcome }) => {
    const { channel, calls } = await replay(name, profile, mcpProfiles[profile].send.tool)
    const result = await channel.send(hello).catch((error: unknown) => error)
    if ('code' in outcome) expect(result).toMatchObject({ name: 'ChannelError', ...outcome })
    else expect(result).toEqual(outcome)
    expect(String(result)).not.toMatch(/Hello|15550001234/)
    const { request } = load(name)
    const given = request.body.params?.arguments
    const written = Object.entries(calls[0]?.body.params?.arguments ?? {})
    if (request.body.method === 'tools/call' && given && 'providerId' in outcome) {
      expect(written.map(([key]) => key).sort()).toEqual(Object.keys(given).sort())
    }
    expect(calls.every(({ headers }) => headers.authorization === 'Bearer replayed')).toBe(true)
  })
})

replays('the way to an answer', () => {
  test('is the one that was recorded: a modern request says in its headers what its body says', async () => {
    const { channel, calls, seen } = await replay('modern_call_get_messages', 'standard', 'get_messages')
    await channel.poll?.(undefined)
    const { request } = load('modern_call_get_messages')
    const call = calls.find(({ body }) => body.params?.name === 'get_messages')
    for (const [name, value] of Object.entries(request.headers)) {
      if (name !== 'Authorization') expect(call?.headers[name.toLowerCase()], name).toBe(value)
    }
    expect(Object.keys(call?.body.params?._meta ?? {}).sort()).toEqual(
      Object.keys(request.body.params?._meta ?? {}).sort(),
    )
    expect(seen).not.toContain('initialize')
  })

  test.each(onTheWay.slice(0, 2))('falls back to a handshake after %s', async fallback => {
    const { channel, calls, seen } = await replay(
      'legacy_call_send_message_json',
      'standard',
      'send_message',
      fallback,
    )
    await channel.send(hello)
    expect(seen.slice(0, 3)).toEqual(['server/discover', 'initialize', 'notifications/initialized'])
    const { headers } = load('legacy_call_send_message_json').request
    expect(calls[0]?.headers['mcp-session-id']).toBe(headers['Mcp-Session-Id'])
    expect(calls[0]?.headers['mcp-protocol-version']).toBe(headers['MCP-Protocol-Version'])
  })
})
