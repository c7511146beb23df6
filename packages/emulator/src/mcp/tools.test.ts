import { expect, test } from 'vitest'
import { startEmulator } from '../start-emulator.js'
import { callTool, modern, postMcp } from '../test-support/mcp.js'

const chat_id = '15550001234@s.whatsapp.net'
const start = () => startEmulator({ statuses: false, mcp: {} })

test('nothing is pushed: who asks finds what was written, on both sides, with ids', async () => {
  let seconds = 1_790_000_000
  await using emulator = await startEmulator({ statuses: false, mcp: {}, now: () => seconds++ * 1_000 })
  const alex = emulator.person('Alex Rivera')
  const { id, delivered } = await alex.text('Is it open?', { via: 'mcp' })
  expect([delivered, emulator.message(id)?.tick]).toEqual([false, 'sent'])
  const sent = await callTool(emulator, 'send_message', { chat_id, text: 'It is.', reply_to: id })
  const echo = await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via: 'mcp' })
  const { structuredContent } = await callTool(emulator, 'get_messages', { chat_id })
  const { message_id } = sent.structuredContent as { message_id: string }
  const own = { chat_id, sender: '15550006666@s.whatsapp.net', from_me: true, type: 'text' }
  const theirs = { chat_id, sender: chat_id, sender_name: 'Alex Rivera', from_me: false, type: 'text' }
  expect(structuredContent).toEqual({
    messages: [
      {
        id,
        ...theirs,
        text: 'Is it open?',
        timestamp: expect.stringMatching(/^2026-09-21T\d\d:\d\d:\d\dZ$/),
      },
      { id: message_id, ...own, text: 'It is.', reply_to: id, timestamp: expect.any(String) },
      { id: echo.id, ...own, text: 'Sam here', timestamp: expect.any(String) },
    ],
  })
  expect(emulator.message(id)?.tick).toBe('delivered')
  expect(emulator.ledger.sent()).toMatchObject([
    { wamid: message_id, provider: 'mcp', to: chat_id, person: 'alex-rivera', text: 'It is.', quotedId: id },
  ])
  expect(emulator.refusals).toEqual([])
})

test('chats with messages are listed, the newest first, people without a phone and groups too', async () => {
  let seconds = 1_790_000_000
  await using emulator = await startEmulator({ mcp: {}, now: () => seconds++ * 1_000 })
  await emulator.person('Alex Rivera').text('One', { via: 'mcp' })
  await emulator.person('Robin Sato').text('Two', { via: 'mcp' })
  await emulator.person('Bo Chen').text('Three', { via: 'mcp', group: '120363000000000007' })
  const ids = async (limit?: number) => {
    const { structuredContent } = await callTool(emulator, 'get_chats', limit === undefined ? {} : { limit })
    return (structuredContent as { chats: { id: string }[] }).chats.map(({ id }) => id)
  }
  expect(await ids()).toEqual(['120363000000000007@g.us', '100000000000031@lid', chat_id])
  expect(await ids(1)).toEqual(['120363000000000007@g.us'])
})

test('get_messages gives the newest ones since a date, the oldest of them first', async () => {
  await using emulator = await start()
  const alex = emulator.person('Alex Rivera')
  for (const second of [3, 1, 2, 4])
    await alex.text(`${second}`, { via: 'mcp', timestamp: new Date(`2026-09-10T00:00:0${second}.500Z`) })
  const texts = async (more: object) => {
    const { structuredContent } = await callTool(emulator, 'get_messages', { chat_id, ...more })
    return (structuredContent as { messages: { text: string }[] }).messages.map(({ text }) => text).join()
  }
  expect(await texts({})).toBe('1,2,3,4')
  expect(await texts({ limit: 3 })).toBe('2,3,4')
  expect(await texts({ start_date: '2026-09-10T00:00:03Z' })).toBe('3,4')
  expect(await texts({ start_date: '2026-09-10T02:00:02+02:00', limit: 2 })).toBe('3,4')
})

test('edits and revocations show in the list, files by their kind', async () => {
  await using emulator = await start()
  const alex = emulator.person('Alex Rivera')
  const [first, second] = [await alex.text('Helo', { via: 'mcp' }), await alex.text('Oops', { via: 'mcp' })]
  await alex.edit(first.id, 'Hello', { via: 'mcp' })
  await alex.revoke(second.id, { via: 'mcp' })
  await alex.voiceNote(undefined, { via: 'mcp' })
  expect((await callTool(emulator, 'get_messages', { chat_id })).structuredContent).toMatchObject({
    messages: [{ text: 'Hello' }, { type: 'ptt', mime_type: 'audio/ogg; codecs=opus' }],
  })
})

test.each([
  ['send_message', { text: 'x' }, 'chat_id is required'],
  ['send_message', { chat_id, text: 'x', media: 'y' }, 'media is not an argument'],
  ['send_message', { chat_id, text: 7 }, 'text must be a string'],
  ['send_message', { chat_id, text: '' }, 'text must be 1 to 65536 characters'],
  ['send_message', { chat_id: 'somebody', text: 'x' }, 'chat_id must be digits, or a chat id'],
  ['send_message', { chat_id: '999999999999999@lid', text: 'x' }, 'there is no chat'],
  ['send_message', { chat_id, text: 'x', reply_to: 'nothing' }, 'there is no message nothing'],
  ['get_messages', { chat_id: '15550009876@s.whatsapp.net' }, 'there is no chat'],
  ['get_messages', { chat_id, start_date: 'yesterday' }, 'start_date must be a date and time with its zone'],
  ['get_messages', { chat_id, limit: 0 }, 'limit must be an integer from 1 to 1000'],
  ['get_chats', { limit: '5' }, 'limit must be an integer'],
  ['constructor', {}, 'Tool constructor not found'],
])('%s refuses %j', async (tool, given, reason) => {
  await using emulator = await start()
  const result = await callTool(emulator, tool, given)
  expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining(reason) }] })
  expect(emulator.refusals).toMatchObject([{ code: -32602, message: expect.stringContaining(reason) }])
  expect(emulator.ledger.sent()).toEqual([])
})

test('faults meet sends: refused ones are not on the ledger, accepted ones are, whatever became of the answer', async () => {
  await using emulator = await start()
  const say = (text: string) => callTool(emulator, 'send_message', { chat_id, text })
  emulator.faults.add({ kind: 'rate-limit', retryAfter: 3, via: 'mcp' })
  await callTool(emulator, 'get_chats')
  const { body, headers } = modern('tools/call', {
    name: 'send_message',
    arguments: { chat_id, text: 'One' },
  })
  const limited = await postMcp(emulator, body, headers)
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
  emulator.faults.add({ kind: 'server-error' })
  expect(await say('Two')).toMatchObject({ error: { code: -32603 } })
  emulator.faults.add({ kind: 'reset' })
  await expect(say('Three')).rejects.toThrow()
  emulator.faults.add({ kind: 'timeout', ms: 10 })
  await expect(say('Four')).rejects.toThrow()
  expect(emulator.ledger.sent()).toEqual([])
  emulator.faults.add({ kind: 'reset', accepted: true })
  await expect(say('Five')).rejects.toThrow()
  emulator.faults.add({ kind: 'delay', ms: 10 })
  expect(await say('Six')).toMatchObject({ structuredContent: { success: true } })
  expect(emulator.ledger.sent().map(({ text }) => text)).toEqual(['Five', 'Six'])
})

test('the phone of the customer shows how far a message got', async () => {
  await using emulator = await startEmulator({ statuses: { sentMs: 0, deliveredMs: 0 }, mcp: {} })
  await callTool(emulator, 'send_message', { chat_id, text: 'Hello' })
  await emulator.webhooks.settled()
  const alex = emulator.person('Alex Rivera')
  expect(alex.chat({ via: 'mcp' })).toMatchObject([{ text: 'Hello', tick: 'delivered' }])
  await alex.read({ via: 'mcp' })
  expect(alex.chat({ via: 'mcp' })).toMatchObject([{ tick: 'read' }])
})

test('what an MCP server cannot do says so', async () => {
  await using emulator = await start()
  await expect(emulator.deliver({}, { via: 'mcp' })).rejects.toThrow('pushes nothing')
  await using other = await startEmulator()
  expect(() => other.mcp).toThrow('startEmulator({ mcp: {} })')
  await expect(startEmulator({ mcp: { phone: 'none' } })).rejects.toThrow('mcp.phone')
  await expect(startEmulator({ mcp: { token: '' } })).rejects.toThrow('mcp.token')
  await expect(startEmulator({ mcp: { id: 'a@b' } })).rejects.toThrow('mcp.id')
})
