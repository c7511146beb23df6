import type { OutboundMessage } from '@switchboard/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type McpChannelOptions, mcpChannel } from './index.js'
import { json, makePhone, type ToolAnswer } from './phone.test.support.js'
import { startModern } from './servers.test.support.js'

const message: OutboundMessage = {
  id: 'out-1',
  channel: 'mcp',
  account: 'default',
  to: { kind: 'phone', value: '+15550001234' },
  content: { type: 'text', text: 'The code of the gate is 4711' },
}

/** What becomes of a send that the tool answers like this. */
async function outcomeOf(answer: ToolAnswer): Promise<unknown> {
  const client = {
    listTools: async () => ({ tools: [{ name: 'send_message' }, { name: 'get_chats' }] }),
    callTool: async () => answer,
  }
  return mcpChannel({ client })
    .send(message)
    .catch((error: unknown) => error)
}

const words = (text: string): ToolAnswer => ({ content: [{ type: 'text', text }] })
const unknown = { code: 'channel_unknown', retryable: false }
const refused = { code: 'channel_refused', retryable: false }

describe('a send is sent, refused or unknown', () => {
  test.each([
    json({ success: true }),
    json({ error: null, success: true }),
    words('✅ Message sent!'),
    words('Message queued'),
  ])('%j: sent', async answer => {
    expect(await outcomeOf(answer)).toEqual({})
  })

  test.each([
    json({ id: 5 }),
    json({ id: '5', error: 'none' }),
    json({ id: '5', status: 'pending' }),
    json({ id: '5', success: true, error: 'quote not found' }),
    { ...words('Error: not sent'), structuredContent: { success: true, id: '5' } },
  ])('%j: sent, with its id', async answer => {
    expect(await outcomeOf(answer)).toEqual({ providerId: '5' })
  })

  test.each([
    json({ success: false, id: '5' }),
    { ...words('Message sent'), structuredContent: { success: false } },
    { ...words('no such chat'), isError: true },
    words('Error: sent nothing'),
  ])('%j: refused', async answer => {
    expect(await outcomeOf(answer)).toMatchObject(refused)
  })

  test.each([
    json({ id: '5', status: 'failed' }),
    json({ id: '5', error: 'boom' }),
    json({ id: '5', error: { code: 1 } }),
    json({ success: 'false' }),
    json({ status: 'not sent' }),
    json({ id: {} }),
    json([]),
    words('success: false'),
    words('0 messages sent'),
    words('Delivered? It was rejected.'),
    words('Message queued, not delivered yet'),
    words(''),
    words('<h1>OK</h1>'),
    { ...words('MCP error -32602: Output validation error: Invalid structured content'), isError: true },
    { content: [] },
  ])('%j: nobody knows', async answer => {
    expect(await outcomeOf(answer)).toMatchObject(unknown)
  })
})

describe('what a tool says when it fails is told, but', () => {
  async function failure(said: string, options: Partial<McpChannelOptions> = {}): Promise<string> {
    const phone = makePhone()
    const server = await startModern(phone)
    const headers = { 'X-Api-Key': 'canary-of-the-key' }
    const channel = mcpChannel({ url: server.url, token: 'canary-of-the-token', headers, ...options })
    onTestFinished(() => channel.close().then(() => server.close()))
    phone.state.intercept = () => ({ ...words(said), isError: true })
    const thrown = [channel.send(message), channel.poll?.(undefined)].map(call =>
      Promise.resolve(call).then(String, (error: Error) => `${error} ${error.cause}`),
    )
    return (await Promise.all(thrown)).join(' ')
  }

  test('no token, no key', async () => {
    expect(await failure('The chat is locked')).toMatch(/The chat is locked.*The chat is locked/)
    for (const said of ["Bad token 'canary-of-the-tok…'", 'X-Api-Key canary-of-the-key is unknown']) {
      expect(await failure(said)).not.toContain('canary')
      expect(await failure(said, { token: async () => 'canary-of-the-token' })).not.toContain('canary')
    }
  })

  test('no number of a person', async () => {
    const told = await failure('No chat 15550007777@s.whatsapp.net (code 131047)')
    expect(told).toContain('code 131047')
    expect(told).not.toContain('15550007777')
  })
})
