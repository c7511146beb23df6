import { expect, test } from 'vitest'
import type { EmulatorOptions } from '../options.js'
import { startEmulator } from '../start-emulator.js'
import { modern, postMcp } from '../test-support/mcp.js'

const start = (mcp: EmulatorOptions['mcp'] = {}) => startEmulator({ statuses: false, mcp })

const legacy = (method: string, params?: object, id: number | undefined = 1) => ({
  jsonrpc: '2.0',
  ...(id !== undefined && { id }),
  method,
  ...(params && { params }),
})

const hello = legacy('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'a test', version: '1' },
})

test('a session begins with initialize, carries calls and ends with DELETE', async () => {
  await using emulator = await start()
  const begun = await postMcp(emulator, hello)
  expect(begun.body).toMatchObject({
    id: 1,
    result: { protocolVersion: '2025-11-25', capabilities: { tools: {} } },
  })
  const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' }
  const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }
  expect((await postMcp(emulator, initialized, session)).status).toBe(202)
  const listed = await postMcp(emulator, legacy('tools/list'), session)
  expect(listed.body.result).toMatchObject({
    tools: [{ name: 'get_chats' }, { name: 'get_messages' }, { name: 'send_message' }],
  })
  const called = await postMcp(emulator, legacy('tools/call', { name: 'get_chats' }), session)
  expect(called.body.result).toEqual({
    content: [{ type: 'text', text: '{"chats":[]}' }],
    structuredContent: { chats: [] },
    isError: false,
  })
  expect((await postMcp(emulator, legacy('ping'), session)).body.result).toEqual({})
  const { url, token } = emulator.mcp
  const headers = { authorization: `Bearer ${token}`, ...session }
  expect((await fetch(url, { headers })).status).toBe(405)
  expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(200)
  expect(emulator.refusals).toEqual([])
  expect((await postMcp(emulator, legacy('tools/list'), session)).status).toBe(404)
})

test.each([
  ['2025-03-26', '2025-03-26'],
  ['1999-01-01', '2025-11-25'],
])('a client that speaks %s is answered with %s', async (protocolVersion, agreed) => {
  await using emulator = await start()
  const { body } = await postMcp(emulator, legacy('initialize', { ...hello.params, protocolVersion }))
  expect(body.result).toMatchObject({ protocolVersion: agreed })
})

test('a server that was restarted has forgotten its sessions', async () => {
  await using emulator = await start()
  const { headers } = await postMcp(emulator, hello)
  emulator.mcp.forgetSessions()
  const session = { 'mcp-session-id': headers.get('mcp-session-id') ?? '' }
  const { status, body } = await postMcp(emulator, legacy('tools/list'), session)
  expect({ status, body }).toMatchObject({ status: 404, body: { error: { message: 'Session not found' } } })
})

test('since 2026-07-28 each request stands alone', async () => {
  await using emulator = await start()
  const discover = modern('server/discover')
  expect((await postMcp(emulator, discover.body, discover.headers)).body).toMatchObject({
    id: 7,
    result: { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
  })
  const list = modern('tools/list')
  expect((await postMcp(emulator, list.body, list.headers)).body.result).toMatchObject({
    resultType: 'complete',
    ttlMs: 0,
    tools: [{}, {}, { name: 'send_message', inputSchema: { required: ['chat_id', 'text'] } }],
  })
  const call = modern('tools/call', { name: 'get_chats' })
  const named = { ...call.headers, 'mcp-name': `=?base64?${Buffer.from('get_chats').toString('base64')}?=` }
  expect((await postMcp(emulator, call.body, named)).body.result).toMatchObject({
    resultType: 'complete',
    structuredContent: { chats: [] },
  })
  expect(emulator.refusals).toEqual([])
})

test.each([
  [
    'another tool in the header',
    modern('tools/call', { name: 'get_chats' }),
    { 'mcp-name': 'x' },
    400,
    -32020,
  ],
  ['another method in the header', modern('tools/list'), { 'mcp-method': 'tools/call' }, 400, -32020],
  [
    'another version in the header',
    modern('tools/list'),
    { 'mcp-protocol-version': '2025-11-25' },
    400,
    -32020,
  ],
  ['a version that nobody knows', modern('tools/list', {}, '1900-01-01'), {}, 400, -32022],
  ['a method that nobody knows', modern('prompts/list'), {}, 404, -32601],
  ['one type in Accept', { body: hello, headers: {} }, { accept: 'application/json' }, 406, -32000],
  ['a form', { body: hello, headers: {} }, { 'content-type': 'text/plain' }, 415, -32000],
  ['no JSON', { body: '{', headers: {} }, {}, 400, -32700],
  ['a batch', { body: [hello], headers: {} }, {}, 400, -32600],
  ['no JSON-RPC', { body: { method: 'ping', id: 1 }, headers: {} }, {}, 400, -32600],
  ['no session', { body: legacy('tools/list'), headers: {} }, {}, 400, -32000],
  ['a strange session', { body: legacy('tools/list'), headers: {} }, { 'mcp-session-id': 'x' }, 404, -32600],
  ['another token', modern('tools/list'), { authorization: 'Bearer x' }, 401, -32000],
])('%s is refused', async (_, request, headers, status, code) => {
  await using emulator = await start()
  const answer = await postMcp(emulator, request.body, { ...request.headers, ...headers })
  expect(answer).toMatchObject({ status, body: { jsonrpc: '2.0', error: { code } } })
  expect(emulator.refusals).toMatchObject([{ code }])
})

test('an unknown version is answered with the known ones, and a missing token with how to show one', async () => {
  await using emulator = await start()
  const { body, headers } = modern('tools/list', {}, '1900-01-01')
  expect((await postMcp(emulator, body, headers)).body).toMatchObject({
    id: 7,
    error: { data: { supported: ['2026-07-28'], requested: '1900-01-01' } },
  })
  const refused = await fetch(emulator.mcp.url, { method: 'POST' })
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
})

test('without a token the server is open', async () => {
  await using emulator = await start({ token: null })
  expect(emulator.mcp.token).toBeUndefined()
  expect((await postMcp(emulator, hello)).status).toBe(200)
})
