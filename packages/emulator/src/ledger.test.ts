import { expect, test } from 'vitest'
import { send, sendText, startBoth } from './test-support/bot.js'

test('every request is kept in order, with answer and without token', async () => {
  await using both = await startBoth()
  const { emulator } = both
  await sendText(emulator, 'good')
  await sendText(emulator, '')
  const entries = [...emulator.ledger]
  expect(entries).toMatchObject([
    { sequence: 1, method: 'POST', accepted: true, outcome: 'answered', response: { status: 200 } },
    { sequence: 2, method: 'POST', accepted: false, outcome: 'answered', response: { status: 400 } },
  ])
  expect(entries[0]?.path).toBe('/v24.0/106540000000001/messages')
  expect(entries[0]?.headers).toMatchObject({
    authorization: '[redacted]',
    'content-type': 'application/json',
  })
  expect(entries[0]?.body).toMatchObject({ text: { body: 'good' } })
  expect(emulator.ledger).toHaveLength(2)
  expect(emulator.ledger.sent()).toMatchObject([
    { text: 'good', sequence: 1, acceptedAt: expect.any(Number) },
  ])
})

test('waiting for a number of messages, or for one that fits, past ones included', async () => {
  await using both = await startBoth()
  const { ledger } = both.emulator
  const two = ledger.waitForSent(2)
  const fitting = ledger.waitForSent(sent => sent.text?.includes('second') ?? false)
  await sendText(both.emulator, 'the first')
  await sendText(both.emulator, 'the second')
  expect((await two).map(sent => sent.text)).toEqual(['the first', 'the second'])
  expect((await fitting).text).toBe('the second')
  expect((await ledger.waitForSent(sent => sent.text === 'the first')).text).toBe('the first')
})

test('waiting in vain tells what there is', async () => {
  await using both = await startBoth({}, () => 401)
  const { emulator } = both
  await sendText(emulator, 'only this')
  await sendText(emulator, '')
  await emulator.deliver({ object: 'x' })
  const failure = emulator.ledger.waitForSent(2, 50)
  await expect(failure).rejects.toThrow(
    /Waited 50 ms for 2 sent message\(s\)\. Accepted so far: 1 \(text "only this" to \+15550001234\)\. Refused: 1.*at least 1.*status 401/,
  )
  await expect(failure).rejects.toMatchObject({ code: 'wait-timeout' })
})

test('quiet is quiet for the whole time, model requests included', async () => {
  await using both = await startBoth()
  const { emulator } = both
  let sent = 0
  const sending = (async () => {
    for (; sent < 4; sent += 1) {
      await send(emulator, { text: { body: 'x' } })
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  })()
  await emulator.ledger.waitForQuiet(400)
  expect(sent).toBe(4)
  await sending
})

test('a reset empties everything but the people and the webhook', async () => {
  await using both = await startBoth()
  const { emulator, bot } = both
  emulator.addPerson({ name: 'Guest' })
  emulator.faults.add({ kind: 'server-error' })
  emulator.model.queue('x')
  await emulator.person().text('before')
  await emulator.reset()
  expect(emulator.faults.list()).toEqual([])
  expect(emulator.people.map(person => person.name)).toEqual(['Alex Rivera', 'Bo Chen', 'Robin Sato'])
  expect(emulator.person().chat()).toEqual([])
  await sendText(emulator, 'after')
  expect(emulator.ledger.sent().map(sent => sent.text)).toEqual(['after'])
  await emulator.person().text('still connected')
  expect(bot.hooks).toHaveLength(2)
})
