import { expect, test } from 'vitest'
import { createEventLog } from './event-log.js'
import { send, sendText, startBoth, wamidOf } from './test-support/bot.js'

async function unreadOf(url: string, key: string): Promise<number | undefined> {
  const response = await fetch(`${url}/_emulator/state`)
  const { chats } = (await response.json()) as { chats: { key: string; unread: number }[] }
  return chats.find(chat => chat.key === key)?.unread
}

test('what never arrived is not unread', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const id = wamidOf(await sendText(emulator, 'Hello'))
  expect(await unreadOf(emulator.url, 'alex-rivera')).toBe(1)
  await emulator.status(id, 'failed')
  expect(await unreadOf(emulator.url, 'alex-rivera')).toBe(0)
})

test('opening the chat reads what came from the business phone too, without a status for it', async () => {
  await using both = await startBoth()
  const { emulator, bot } = both
  const { id } = await emulator.echo({ to: 'Alex Rivera', text: 'Sam here' })
  expect(await unreadOf(emulator.url, 'alex-rivera')).toBe(1)
  await emulator.person().read()
  expect(await unreadOf(emulator.url, 'alex-rivera')).toBe(0)
  expect(emulator.message(id)?.tick).toBe('read')
  expect(bot.statuses()).toEqual([])
})

test('a group is opened by one of its people', async () => {
  await using both = await startBoth()
  const { emulator, bot } = both
  await emulator.person().text('Anybody there?', { group: 'G1' })
  await send(emulator, { recipient_type: 'group', to: 'G1', type: 'text', text: { body: 'Yes' } })
  expect(await unreadOf(emulator.url, 'G1')).toBe(1)
  await emulator.person().read()
  expect(await unreadOf(emulator.url, 'G1')).toBe(1)
  const answer = await fetch(`${emulator.url}/_emulator/people/alex-rivera/read?wait=true`, {
    method: 'POST',
    body: JSON.stringify({ group: 'G1' }),
  })
  expect(answer.status).toBe(200)
  expect(await unreadOf(emulator.url, 'G1')).toBe(0)
  expect(bot.statuses()).toMatchObject([{ status: 'read', recipient_type: 'group', recipient_id: 'G1' }])
})

test('a watcher from an earlier run has to reload, even if this run has had as many events', () => {
  const earlier = createEventLog(1_700_000_000_000)
  for (let count = 0; count < 3; count += 1) earlier.append('reset', {})
  const later = createEventLog(1_700_000_060_000)
  for (let count = 0; count < 9; count += 1) later.append('reset', {})
  expect(later.since(earlier.lastId)).toBeUndefined()
  expect(later.since(later.lastId - 2)).toHaveLength(2)
})
