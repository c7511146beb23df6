import { expect, test } from 'vitest'
import { sendText, startBoth, wamidOf } from './test-support/bot.js'

test('a text arrives with phone and BSUID, as the contract shows it', async () => {
  await using both = await startBoth()
  const said = await both.emulator.person('Alex Rivera').text('Is the blue one in stock?')
  expect(said).toMatchObject({ delivered: true, deliveries: [{ status: 200 }] })
  expect(both.bot.hooks[0]?.body).toEqual({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '102290000000001',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550009999', phone_number_id: '106540000000001' },
              contacts: [
                {
                  profile: { name: 'Alex Rivera' },
                  wa_id: '15550001234',
                  user_id: 'US.90210000000000000017',
                },
              ],
              messages: [
                {
                  from: '15550001234',
                  from_user_id: 'US.90210000000000000017',
                  id: said.id,
                  timestamp: expect.stringMatching(/^\d{10}$/),
                  type: 'text',
                  text: { body: 'Is the blue one in stock?' },
                },
              ],
            },
          },
        ],
      },
    ],
  })
})

test('somebody without a phone is known by BSUID and username alone', async () => {
  await using both = await startBoth()
  await both.emulator.person('Robin Sato').text('Hi')
  expect(both.bot.values()[0]?.contacts).toEqual([
    { profile: { name: 'Robin Sato', username: '@robin.sato' }, user_id: 'US.90210000000000000031' },
  ])
  expect(both.bot.messages()[0]).not.toHaveProperty('from')
  expect(both.bot.messages()[0]?.from_user_id).toBe('US.90210000000000000031')
})

test('a person can show the phone later, and be without BSUID', async () => {
  await using both = await startBoth()
  const robin = both.emulator.person('Robin Sato')
  robin.change({ phone: '+1 555 000 4321' })
  await robin.text('Now with a number')
  const old = both.emulator.addPerson({ name: 'Old Phone', userId: null })
  await old.text('From before 2026')
  expect(both.bot.messages()).toMatchObject([
    { from: '15550004321', from_user_id: robin.userId },
    { from: old.phone, text: { body: 'From before 2026' } },
  ])
  expect(both.bot.messages()[1]).not.toHaveProperty('from_user_id')
  expect(both.emulator.person('+1 (555) 000-4321')).toBe(robin)
})

test('people are found by name, key, phone and BSUID; the first without a name; nobody is an error', async () => {
  await using both = await startBoth({ people: [{ name: 'Zoë Ü', phone: '+4915550001111', userId: 'DE.1' }] })
  const { emulator } = both
  const zoe = emulator.person()
  for (const selector of ['Zoë Ü', zoe.key, '+49 1555 0001111', '4915550001111', 'DE.1'])
    expect(emulator.person(selector)).toBe(zoe)
  expect(zoe.key).toBe('zoe-u')
  expect(() => emulator.person('Alex Rivera')).toThrow('Nobody is called "Alex Rivera". There are Zoë Ü')
  expect(emulator.addPerson({ name: 'Zoë Ü' }).key).toBe('zoe-u-2')
})

test('quotes name the author of what they quote; forwards have no id', async () => {
  await using both = await startBoth()
  const { emulator, bot } = both
  const alex = emulator.person()
  const own = await alex.text('mine')
  const answer = wamidOf(await sendText(emulator, 'yours'))
  await alex.text('to you', { quote: answer })
  await alex.text('to myself', { quote: own.id })
  await alex.text('look', { forwarded: true })
  expect(bot.messages().map(message => message.context)).toEqual([
    undefined,
    { from: '15550009999', id: answer },
    { from: '15550001234', id: own.id },
    { forwarded: true },
  ])
})

test('id and timestamp can be given: a late redelivery, an absurd time', async () => {
  await using both = await startBoth()
  const alex = both.emulator.person()
  const id = 'wamid.dGhlLXNhbWU='
  for (const _ of [1, 2]) await alex.text('again', { id, timestamp: new Date('2026-01-02T03:04:05.678Z') })
  await alex.text('odd', { timestamp: 'yesterday' })
  expect(both.bot.messages().map(each => each.timestamp)).toEqual(['1767323045', '1767323045', 'yesterday'])
  expect(alex.chat().map(message => message.text)).toEqual(['again', 'odd'])
})

test('buttons, rows, template buttons, places and cards have their shapes', async () => {
  await using both = await startBoth()
  const alex = both.emulator.person()
  await alex.button({ id: 'yes', title: 'Yes' })
  await alex.listReply({ id: 'express', title: 'Express', description: 'Next day' })
  await alex.templateButton({ payload: 'stop-42', text: 'Stop' })
  await alex.location({ latitude: 1.5, longitude: 2.5, name: 'Here' })
  await alex.contacts([{ name: { formatted_name: 'Dana' } }])
  await alex.message({ type: 'order', order: { catalog_id: '7' } })
  expect(both.bot.messages()).toMatchObject([
    { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'yes', title: 'Yes' } } },
    { type: 'interactive', interactive: { type: 'list_reply', list_reply: { id: 'express' } } },
    { type: 'button', button: { payload: 'stop-42', text: 'Stop' } },
    { type: 'location', location: { latitude: 1.5, name: 'Here' } },
    { type: 'contacts', contacts: [{ name: { formatted_name: 'Dana' } }] },
    { type: 'order', order: { catalog_id: '7' } },
  ])
  expect(alex.chat().map(message => message.text)).toEqual([
    'Yes',
    'Express',
    'Stop',
    'Here',
    undefined,
    undefined,
  ])
})

test('reactions, edits and revokes change the chat', async () => {
  await using both = await startBoth()
  const alex = both.emulator.person()
  const { id } = await alex.text('Helo')
  await alex.edit(id, 'Hello')
  await alex.react(id, '🙂')
  expect(alex.chat()).toMatchObject([{ text: 'Hello', edited: true, reactions: { 'alex-rivera': '🙂' } }])
  await alex.react(id, '')
  await alex.revoke(id)
  expect(alex.chat()).toMatchObject([{ revoked: true, reactions: {} }])
  expect(both.bot.messages().slice(1)).toMatchObject([
    { type: 'edit', edit: { original_message_id: id, message: { type: 'text', text: { body: 'Hello' } } } },
    { type: 'reaction', reaction: { message_id: id, emoji: '🙂' } },
    { type: 'reaction', reaction: { message_id: id, emoji: '' } },
    { type: 'revoke', revoke: { original_message_id: id } },
  ])
})

test('groups carry their id, and are chats of their own', async () => {
  await using both = await startBoth()
  const said = await both.emulator.person('Bo Chen').text('Hello all', { group: 'R1' })
  expect(both.bot.messages()).toMatchObject([{ group_id: 'R1', from: '15550005678' }])
  expect(both.emulator.message(said.id)?.chat).toBe('R1')
  expect(both.emulator.person('Bo Chen').chat()).toEqual([])
})
