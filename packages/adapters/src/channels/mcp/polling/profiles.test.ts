import { describe, expect, onTestFinished, test } from 'vitest'
import { type McpClient, type McpProfile, mcpChannel, mcpProfiles } from '../index.js'
import { makePhone } from '../phone.test.support.js'
import { startModern } from '../servers.test.support.js'
import { makeScene, minute, poll, said } from './scene.test.support.js'

const start = Date.UTC(2026, 8, 10, 12)
const chat = '15550001234@s.whatsapp.net'

/** A client whose server answers by these functions, with everything that was asked of it. */
function scripted(tools: Record<string, (values: Record<string, unknown>) => unknown>) {
  const asked: [tool: string, values: Record<string, unknown>][] = []
  const client: McpClient = {
    listTools: async () => ({ tools: Object.keys(tools).map(name => ({ name })) }),
    async callTool({ name, arguments: values = {} }) {
      asked.push([name, values])
      return { content: [{ type: 'text', text: JSON.stringify(tools[name]?.(values)) }] }
    },
  }
  return { client, asked }
}

async function hear(profile: keyof typeof mcpProfiles | McpProfile, tools: Parameters<typeof scripted>[0]) {
  const { client, asked } = scripted(tools)
  let time = start
  const channel = mcpChannel({ client, profile, timeZone: 'Europe/Berlin', now: () => time })
  time += minute
  return { channel, asked, polled: await poll(channel) }
}

describe('a tool that insists on its arguments', () => {
  const day = 24 * 60 * minute

  test.each<[required: string[], since: number | undefined, expected: object]>([
    [[], undefined, {}],
    [['start_date'], undefined, { start_date: '1970-01-01T00:00:00Z' }],
    [['start_date'], start, { start_date: '2026-09-10T12:00:00Z' }],
    [['end_date'], start, { start_date: '2026-09-10T12:00:00Z', end_date: '2026-09-11T12:00:00Z' }],
  ])('%j', async (required, since, expected) => {
    const scene = await makeScene()
    const tool = scene.phone.tools.find(({ name }) => name === 'get_messages')
    Object.assign(tool?.inputSchema ?? {}, { required: ['chat_id', ...required] })
    Object.assign(tool?.inputSchema.properties ?? {}, { end_date: { type: 'string' } })
    expect(scene.now() + day).toBe(start + day)
    const peer = { kind: 'phone', value: '+15550001234' } as const
    const options = since === undefined ? {} : { since }
    for await (const _ of scene.start().history?.({ account: 'default', peer }, options) ?? []);
    const [call] = scene.phone.calls
    expect(call?.values).toEqual({ chat_id: chat, limit: 50, ...expected })
  })
})

describe('paging', () => {
  const all = Array.from({ length: 130 }, (_, i) => ({
    id: `A${i}`,
    fromMe: false,
    body: `${i}`,
    timestamp: start / 1000 + i / 10,
  })).reverse()
  const chats = () => [{ id: chat, timestamp: start / 1000 + 30 }]
  const inOrder = Array.from({ length: 130 }, (_, i) => `customer: ${i}`)

  test('by what to skip', async () => {
    const { polled, asked } = await hear('waha', {
      'chats-overview': chats,
      'chats-get-messages': ({ limit, offset = 0 }) =>
        all.slice(Number(offset), Number(offset) + Number(limit)),
      'send-text': () => ({}),
    })
    expect(said(polled.events)).toEqual(inOrder)
    expect(asked.slice(1).map(([, { offset }]) => offset)).toEqual([undefined, 50, 100])
    expect(asked.every(([, { session }]) => session === 'default')).toBe(true)
  })

  test('by pages', async () => {
    const { polled, asked } = await hear('lharries', {
      list_chats: () => [{ jid: chat, last_message_time: new Date(start + 30_000).toISOString() }],
      list_messages: ({ limit, page = 0 }) => all.slice(Number(page) * Number(limit)).slice(0, Number(limit)),
      send_message: () => ({}),
    })
    expect(said(polled.events)).toEqual(inOrder)
    expect(asked.slice(1).map(([, { page }]) => page)).toEqual([undefined, 1, 2, 3, 4, 5, 6])
    // The server's own clock, without a zone.
    expect(asked[1]?.[1]).toMatchObject({
      after: '2026-09-10T13:50:00',
      chat_jid: chat,
      include_context: false,
    })
  })

  test('by asking for more, where there is nothing else', async () => {
    const { polled, asked } = await hear('loglux', {
      list_chats: chats,
      list_messages: ({ limit }) => all.slice(0, Number(limit)),
      send_message: () => ({}),
    })
    expect(said(polled.events)).toEqual(inOrder)
    expect(asked.slice(1).map(([, { limit }]) => limit)).toEqual([50, 100, 200])
  })

  test('ends, and says so, with a server that never ends', async () => {
    let count = 0
    const more = () => ({ id: `B${count++}`, fromMe: false, body: 'spam', timestamp: start / 1000 + 1 })
    const { polled } = await hear('loglux', {
      list_chats: chats,
      list_messages: ({ limit }) => Array.from({ length: Number(limit) }, more),
      send_message: () => ({}),
    })
    expect(said(polled.events)).toContain('notice mcp_messages_truncated')
    expect(count).toBeLessThan(2_000)
  })

  test('does not go on behind what is known', async () => {
    const old = Array.from({ length: 500 }, (_, i) => ({
      id: `C${i}`,
      fromMe: false,
      body: 'old',
      timestamp: start / 1000 - 3_600 - i,
    }))
    const { polled, asked } = await hear('waha', {
      'chats-overview': chats,
      'chats-get-messages': ({ limit, offset = 0 }) =>
        [...all.slice(0, 3), ...old].slice(Number(offset)).slice(0, Number(limit)),
      'send-text': () => ({}),
    })
    expect(polled.events).toHaveLength(3)
    expect(asked).toHaveLength(2)
  })
})

test('arguments are called what the tool declares', async () => {
  const phone = makePhone()
  phone.tools[2] = {
    name: 'send_message',
    inputSchema: {
      type: 'object',
      properties: { recipient: {}, message: {}, idempotency_key: {} },
      required: [],
    },
  } as never
  const server = await startModern(phone)
  onTestFinished(() => server.close())
  const channel = mcpChannel({ url: server.url })
  onTestFinished(() => channel.close())
  await channel.send({
    id: 'out-1',
    channel: 'mcp',
    account: 'default',
    to: { kind: 'group', value: '120363000000000001@g.us' },
    content: { type: 'text', text: 'Hello' },
    quotedId: 'A1',
  })
  expect(phone.sends()).toEqual([
    { recipient: '120363000000000001@g.us', message: 'Hello', idempotency_key: 'out-1' },
  ])
})

test.each([
  ['jid', '15550001234@s.whatsapp.net'],
  ['c.us', '15550001234@c.us'],
  ['digits', '15550001234'],
  ['phone', '+15550001234'],
] as const)('addresses may be %s', async (address, expected) => {
  const { client, asked } = scripted({ send_message: () => ({ success: true }) })
  const channel = mcpChannel({ client, profile: { name: 'own', address, send: mcpProfiles.standard.send } })
  expect(channel.poll).toBeUndefined()
  expect(channel.history).toBeUndefined()
  await channel.send((await makeScene()).outbound('Hello'))
  expect(asked[0]?.[1].chat_id).toBe(expected)
})

describe('files', () => {
  const message = (media: object) =>
    ({
      id: 'out-1',
      channel: 'mcp',
      account: 'default',
      to: { kind: 'phone', value: '+15550001234' },
      content: { type: 'image', media, caption: 'look' },
    }) as never

  test('go by their address where the profile has a tool', async () => {
    const { client, asked } = scripted({ send_file: () => ({ success: true }) })
    const channel = mcpChannel({ client, profile: 'verygoodplugins' })
    await channel.send(message({ url: '/srv/a.png' }))
    expect(asked).toEqual([['send_file', { recipient: chat, media_path: '/srv/a.png', caption: 'look' }]])
    await expect(channel.send(message({ url: 'data:,x' }))).rejects.toMatchObject({ code: 'channel_refused' })
  })

  test('are refused clearly where it has none', async () => {
    const { client, asked } = scripted({ send_message: () => ({ success: true }) })
    const refusal = {
      code: 'channel_refused',
      retryable: false,
      message: expect.stringContaining('send text'),
    }
    await expect(mcpChannel({ client }).send(message({ url: 'https://x.test' }))).rejects.toMatchObject(
      refusal,
    )
    expect(asked).toEqual([])
  })
})

test('history comes newest first, as history, as far as it is wanted', async () => {
  const scene = await makeScene()
  for (let i = 0; i < 5; i++) scene.arrives(`${i}`, chat, scene.now() - (10 - i) * 60 * minute)
  const channel = scene.start()
  const read = async (options?: { since?: number; limit?: number }) => {
    const events = []
    const peer = { kind: 'phone', value: '+15550001234' } as const
    for await (const event of channel.history?.({ account: 'default', peer }, options) ?? [])
      events.push(event)
    return said(events)
  }
  expect(await read()).toEqual(['4', '3', '2', '1', '0'].map(text => `customer (history): ${text}`))
  expect(await read({ limit: 2 })).toEqual(['customer (history): 4', 'customer (history): 3'])
  expect(await read({ since: scene.now() - 7 * 60 * minute })).toHaveLength(2)
})
