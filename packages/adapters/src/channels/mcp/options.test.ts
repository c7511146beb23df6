import { expect, test } from 'vitest'
import { type McpChannelOptions, mcpChannel } from './index.js'

const url = 'http://localhost:1/mcp'

test.each<[McpChannelOptions, RegExp]>([
  [{}, /one of url, command and client: none/],
  [{ url, command: 'x' }, /one of url, command and client: url, command/],
  [{ url: 'localhost' }, /url must be/],
  [{ url: 'file:///etc/passwd' }, /url must be/],
  [{ command: '' }, /command is empty/],
  [{ url, token: '' }, /token is empty/],
  [{ url, token: 'two words' }, /token is empty or holds/],
  [{ url, headers: { 'X-Key': 'a\nb' } }, /headers/],
  [{ url, profile: 'whatsapp' as never }, /standard, lharries/],
  [{ url, profile: { name: 'own', send: { tool: '', to: 'to', text: 'text' } } }, /profile.send.tool/],
  [
    { url, profile: { name: 'own', chats: { tool: 'a' }, send: { tool: 's', to: 't', text: 'x' } } },
    /together/,
  ],
  [{ url, timeZone: 'Middle-earth' }, /timeZone/],
  [{ url, pollMs: 0 }, /pollMs/],
  [{ url, timeoutMs: Number.NaN }, /timeoutMs/],
  [{ url, account: '' }, /account is empty/],
])('%o is refused', (options, message) => {
  expect(() => mcpChannel(options)).toThrow(
    expect.objectContaining({ code: 'configuration', message: expect.stringMatching(message) }),
  )
})

test('nothing connects before the first call', () => {
  const channel = mcpChannel({ url, name: 'bridge', account: 'shop', pollMs: 1_000 })
  expect(channel).toMatchObject({
    specificationVersion: 'v1',
    name: 'bridge',
    defaultAccount: 'shop',
    pollMs: 1_000,
  })
})
