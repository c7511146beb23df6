import { expect, test } from 'vitest'
import { send, startBoth } from '../../test-support/bot.js'

test('an echo is a message of the business in the chat, and ends the typing bubble', async () => {
  await using both = await startBoth()
  const { emulator, bot } = both
  const { id } = await emulator.person().text('Anybody there?')
  const echo = await emulator.echo({ to: 'Alex Rivera', text: 'Dana here, I take over', quote: id })
  expect(bot.hooks[1]?.body).toMatchObject({ entry: [{ changes: [{ field: 'smb_message_echoes' }] }] })
  expect(bot.values()[1]?.message_echoes).toEqual([
    {
      from: '15550009999',
      to: '15550001234',
      to_user_id: 'US.90210000000000000017',
      id: echo.id,
      timestamp: expect.any(String),
      context: { id },
      type: 'text',
      text: { body: 'Dana here, I take over' },
    },
  ])
  expect(emulator.person().chat()).toMatchObject([{ author: 'person' }, { author: 'phone-app', id: echo.id }])
  expect(emulator.ledger.sent()).toEqual([])
})

test('an echo to somebody without a phone has no `to`; an echo can revoke', async () => {
  await using both = await startBoth()
  const first = await both.emulator.echo({ to: 'Robin Sato', text: 'Oops' })
  const message = { type: 'revoke', revoke: { original_message_id: first.id } }
  await both.emulator.echo({ to: 'Robin Sato', message })
  expect(both.bot.values()[0]?.message_echoes).not.toMatchObject([{ to: expect.anything() }])
  expect(both.bot.values()[1]?.message_echoes).toMatchObject([message])
  expect(both.emulator.person('Robin Sato').chat()).toMatchObject([{ revoked: true }])
})

test('history arrives as a thread with the status of each message', async () => {
  await using both = await startBoth()
  const timestamp = new Date('2026-01-01T00:00:00Z')
  const { ids } = await both.emulator.history({
    with: 'Alex Rivera',
    phase: 1,
    progress: 55,
    messages: [
      { from: 'business', text: 'The info you asked for', timestamp },
      { from: 'person', text: 'Thanks!', timestamp },
      { from: 'business', message: { type: 'media_placeholder' }, timestamp, status: 'PLAYED' },
    ],
  })
  expect(both.bot.hooks[0]?.body).toMatchObject({ entry: [{ changes: [{ field: 'history' }] }] })
  const context = { wa_id: '15550001234', user_id: 'US.90210000000000000017' }
  expect(both.bot.values()[0]?.history).toMatchObject([
    {
      metadata: { phase: 1, chunk_order: 1, progress: 55 },
      threads: [
        {
          id: '15550001234',
          context,
          messages: [
            { id: ids[0], from: '15550009999', to: '15550001234', history_context: { status: 'READ' } },
            { id: ids[1], from: '15550001234', text: { body: 'Thanks!' } },
            { id: ids[2], type: 'media_placeholder', history_context: { status: 'PLAYED' } },
          ],
        },
      ],
    },
  ])
})

test('files of the history follow their placeholders, without a thread', async () => {
  await using both = await startBoth()
  const { emulator, bot } = both
  const timestamp = new Date('2026-01-02T03:04:05Z')
  const message = { type: 'image', image: { id: '24230790000000001' } }
  await emulator.history({
    with: 'Alex Rivera',
    followUp: true,
    messages: [
      { id: 'wamid.dGhlaXJz', from: 'person', timestamp, message },
      { id: 'wamid.b3du', from: 'business', timestamp, message },
    ],
  })
  const [value] = bot.values()
  const common = { ...message, timestamp: '1767323045' }
  expect(value).toEqual({
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550009999', phone_number_id: '106540000000001' },
    messages: [{ ...common, id: 'wamid.dGhlaXJz', from: '15550001234', from_user_id: expect.any(String) }],
    message_echoes: [
      { ...common, id: 'wamid.b3du', from: '15550009999', to: '15550001234', to_user_id: expect.any(String) },
    ],
  })
})

test('history can be declined', async () => {
  await using both = await startBoth()
  await both.emulator.declineHistory()
  expect(both.bot.values()[0]?.history).toMatchObject([{ errors: [{ code: 2593109 }] }])
})

test('a raw body shows on the phone: new people, texts, echoes', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550009999', phone_number_id: '106540000000001' },
    contacts: [{ profile: { name: 'Carla Dom' }, wa_id: '15550004444', user_id: 'US.4444' }],
    messages: [
      {
        from: '15550004444',
        from_user_id: 'US.4444',
        id: 'wamid.cmF3',
        timestamp: '1767323045',
        type: 'text',
        text: { body: 'Raw' },
      },
    ],
  }
  const body = {
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
  }
  expect(await emulator.deliver(body)).toMatchObject({ delivered: true, deliveries: [{ status: 200 }] })
  const carla = emulator.person('Carla Dom')
  expect(carla.chat()).toMatchObject([{ id: 'wamid.cmF3', text: 'Raw', timestamp: 1767323045000 }])
  const answer = await send(emulator, {
    to: '+15550004444',
    text: { body: 'x' },
    context: { message_id: 'wamid.cmF3' },
  })
  expect(answer.status).toBe(200)
  expect(carla.received()).toHaveLength(1)

  await emulator.deliver(JSON.stringify(body).replaceAll('4444', '5555').replace('cmF3', 'cmF4'))
  expect(emulator.message('wamid.cmF4')?.text).toBe('Raw')
  await emulator.deliver(JSON.stringify(body).replace('cmF3', 'Zm9yZ2Vk'), { signature: 'bad' })
  expect(emulator.message('wamid.Zm9yZ2Vk')).toBeUndefined()
})
