import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { type McpChannel, mcpChannel } from '@switchboard/adapters/mcp'
import { type Bot, type Channel, createBot } from '@switchboard/core'
import { memoryStore } from '@switchboard/storage/memory'
import { expect, onTestFinished, test } from 'vitest'

const chat = '15550001234@s.whatsapp.net'
const person = '+15550001234'

interface Line {
  from_me: boolean
  text: string
  timestamp: string
}

/** A server that names no message and no send: the hardest kind. */
async function startServer() {
  const lines: Line[] = []
  const add = (text: string, fromMe: boolean) =>
    lines.push({ from_me: fromMe, text, timestamp: new Date().toISOString() })
  const tools: Record<string, (values: Record<string, unknown>) => unknown> = {
    get_chats: () => [{ id: chat, name: 'Alex', timestamp: lines.at(-1)?.timestamp }],
    get_messages: ({ start_date }) =>
      lines.filter(({ timestamp }) => Date.parse(timestamp) >= Date.parse(String(start_date ?? 0))),
    send_message: ({ text }) => {
      add(String(text), true)
      return { success: true }
    },
  }
  const handler = createMcpHandler(() => {
    const server = new Server({ name: 'whatsapp', version: '1' }, { capabilities: { tools: {} } })
    const inputSchema = { type: 'object' } as const
    server.setRequestHandler('tools/list', () => ({
      tools: Object.keys(tools).map(name => ({ name, inputSchema })),
    }))
    server.setRequestHandler('tools/call', ({ params }) => {
      const text = JSON.stringify(tools[params.name]?.(params.arguments ?? {}))
      return { content: [{ type: 'text', text }] }
    })
    return server
  })
  const server = createServer(toNodeHandler(handler) as never)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await handler.close()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  return { url, lines, writes: (text: string) => add(text, false), types: (text: string) => add(text, true) }
}

/** A poll whose events are committed as a webhook's are, and whose cursor is kept when they are. */
function polledByHand(channel: McpChannel, start?: string) {
  let cursor = start
  const mounted: Channel = {
    ...channel,
    async receive() {
      const polled = await channel.poll?.(cursor)
      cursor = polled?.cursor
      return { events: polled?.events ?? [], response: { status: 200 } }
    },
  }
  return { mounted, cursor: () => cursor }
}

const store = () => memoryStore()

function startBot(url: string, memory: ReturnType<typeof store>, cursor?: string) {
  const channel = mcpChannel({ url })
  const polled = polledByHand(channel, cursor)
  const handoffs: string[] = []
  const bot: Bot = createBot({
    channels: [polled.mounted],
    store: memory,
    buffer: { quietMs: 20 },
    respond: async turn => `You said: ${turn.text}`,
  })
  bot.on('handoff.changed', ({ state, reason }) => void handoffs.push(`${state} by ${reason}`))
  bot.work()
  const stop = async () => {
    await bot.close()
    await channel.close()
  }
  const poll = async () => {
    const { status } = await bot.fetch(
      new Request('http://localhost/webhooks/mcp', { method: 'POST', body: '{}' }),
    )
    expect(status).toBe(200)
  }
  return { bot, poll, stop, handoffs, cursor: polled.cursor }
}

async function eventually(check: () => unknown): Promise<void> {
  await expect.poll(check, { timeout: 20_000 }).toBeTruthy()
}

test('a conversation: every message answered once, nothing of our own answered or taken for a takeover', async () => {
  const server = await startServer()
  const { bot, poll, stop, handoffs } = startBot(server.url, store())
  onTestFinished(stop)
  const answers = () => server.lines.filter(({ from_me }) => from_me).map(({ text }) => text)
  await poll()
  for (const round of [1, 2, 3]) {
    server.writes(`question ${round}`)
    await poll()
    await eventually(() => answers().length === round)
    await poll()
    await poll()
  }
  expect(answers()).toEqual(['You said: question 1', 'You said: question 2', 'You said: question 3'])
  expect(handoffs).toEqual([])
  const messages = await bot.messages({ phone: person })
  expect(messages.map(({ author, status }) => `${author} ${status ?? ''}`.trim())).toEqual(
    Array(3).fill(['customer', 'bot sent']).flat(),
  )
  expect(
    messages.filter(({ author }) => author === 'bot').every(({ providerId }) => providerId !== undefined),
  ).toBe(true)
})

test('a person who types on the phone takes over, also the very words of the bot', async () => {
  const server = await startServer()
  const { poll, stop, handoffs } = startBot(server.url, store())
  onTestFinished(stop)
  await poll()
  server.writes('hi')
  await poll()
  await eventually(() => server.lines.length === 2)
  await poll()
  server.types('You said: hi')
  await poll()
  expect(handoffs).toEqual(['human by echo'])
  server.writes('anybody?')
  await poll()
  expect(server.lines).toHaveLength(4)
})

test('after a restart our answer is still ours, and the conversation goes on', async () => {
  const server = await startServer()
  const memory = store()
  const keeps = { ...memory, close: async () => undefined }
  const first = startBot(server.url, keeps)
  await first.poll()
  server.writes('one')
  await first.poll()
  await eventually(() => server.lines.length === 2)
  const { cursor } = first
  await first.stop()
  // Nobody polled after the answer had left: its cursor knows nothing of it.
  const second = startBot(server.url, keeps, cursor())
  onTestFinished(second.stop)
  await second.poll()
  expect(second.handoffs).toEqual([])
  server.writes('two')
  await second.poll()
  await eventually(() => server.lines.length === 4)
  await second.poll()
  expect(server.lines.map(({ text }) => text)).toEqual(['one', 'You said: one', 'two', 'You said: two'])
  expect(second.handoffs).toEqual([])
})
