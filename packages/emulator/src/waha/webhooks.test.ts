import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { WahaEngine } from '../options.js'
import { sendWaha, startWaha, waha } from '../test-support/waha.js'

const ALEX = '15550001234@c.us'
const ME = '15550007777@c.us'
const via = 'waha'
const time = { via, timestamp: new Date(1_789_000_001_000) }

describe('the envelope', () => {
  test('who, when and what, signed over the raw bytes', async () => {
    await using both = await startWaha({ hmacKey: 'key' })
    const { bot, emulator } = both
    const { id } = await emulator.person().text('Signed café 👍', time)
    const [hook] = bot.hooks
    expect(hook?.body).toMatchObject({
      id: expect.stringMatching(/^evt_[0-9a-z]{26}$/),
      timestamp: expect.any(Number),
      event: 'message.any',
      session: 'default',
      metadata: {},
      me: { id: ME, pushName: expect.any(String), lid: expect.stringMatching(/^\d{15}@lid$/) },
      payload: { id, body: 'Signed café 👍', timestamp: 1_789_000_001 },
      engine: 'GOWS',
      environment: { engine: 'GOWS', tier: 'CORE' },
    })
    expect(hook?.headers).toMatchObject({
      'x-webhook-hmac': createHmac('sha512', 'key')
        .update(hook?.raw ?? '')
        .digest('hex'),
      'x-webhook-hmac-algorithm': 'sha512',
      'x-webhook-timestamp': expect.stringMatching(/^\d{13}$/),
      'x-webhook-request-id': expect.any(String),
    })
  })

  test('message and message.any are the same message in two events', async () => {
    await using both = await startWaha({ events: ['message', 'message.any'], hmacKey: null })
    const { bot, emulator, payloads } = both
    const { deliveries } = await emulator.person().text('Hi', { via })
    expect(deliveries).toHaveLength(2)
    expect(payloads('message')).toEqual(payloads('message.any'))
    expect(new Set(bot.hooks.map(hook => hook.body.id)).size).toBe(2)
    expect(bot.hooks[0]?.headers).not.toHaveProperty('x-webhook-hmac')
    await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via })
    expect(payloads('message')).toHaveLength(1)
    expect(payloads('message.any')).toHaveLength(2)
  })
})

describe('each engine has its own idea of from, to and _data', () => {
  async function play(engine: WahaEngine, addressing: 'phone' | 'lid' = 'phone') {
    await using both = await startWaha({ engine, addressing })
    const { emulator, payloads } = both
    await emulator.person().text('Hi', time)
    await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via })
    await emulator.person().text('Hello group', { via, group: '120363000000000001' })
    const [direct, own, group] = payloads('message.any')
    return { direct, own, group }
  }

  test('GOWS', async () => {
    const { direct, own, group } = await play('GOWS')
    expect(direct).toMatchObject({ from: ALEX, to: null, fromMe: false, source: 'app', participant: null })
    expect(direct?._data).toMatchObject({
      Info: {
        Chat: '15550001234@s.whatsapp.net',
        IsGroup: false,
        PushName: 'Alex Rivera',
        AddressingMode: 'pn',
      },
      Message: { conversation: 'Hi' },
    })
    expect(own).toMatchObject({ from: ALEX, to: null, fromMe: true, source: 'app', ack: 1 })
    const participant = '100000000000017@lid'
    expect(group).toMatchObject({
      id: expect.stringMatching(/^false_120363000000000001@g\.us_3EB0[0-9A-F]{16}_100000000000017@lid$/),
      from: '120363000000000001@g.us',
      to: null,
      participant,
    })
    expect(group?._data).toMatchObject({
      Info: { Sender: participant, SenderAlt: '15550001234@s.whatsapp.net' },
    })
  })

  test('NOWEB', async () => {
    const { direct, own, group } = await play('NOWEB', 'lid')
    expect(direct).toMatchObject({ from: '100000000000017@lid', to: null })
    expect(direct?._data).toMatchObject({
      key: {
        remoteJid: '100000000000017@lid',
        remoteJidAlt: '15550001234@s.whatsapp.net',
        addressingMode: 'lid',
      },
      pushName: 'Alex Rivera',
      message: { conversation: 'Hi' },
    })
    expect(own).toMatchObject({ from: '100000000000017@lid', fromMe: true, to: null })
    expect(group).toMatchObject({ to: '120363000000000001@g.us', participant: '100000000000017@lid' })
    expect(group?._data).toMatchObject({ key: { participantAlt: '15550001234@s.whatsapp.net' } })
  })

  test('WEBJS', async () => {
    const { direct, own, group } = await play('WEBJS')
    expect(direct).toMatchObject({ from: ALEX, to: ME, _data: { notifyName: 'Alex Rivera', type: 'chat' } })
    expect(own).toMatchObject({ from: ME, to: ALEX, fromMe: true })
    expect(group).toMatchObject({ from: '120363000000000001@g.us', to: ME, participant: ALEX })
  })
})

test('media, places, cards and quotes: what it is follows from what it carries', async () => {
  await using both = await startWaha()
  const { emulator, payloads } = both
  const alex = emulator.person()
  const { id } = await alex.image(undefined, { via, caption: 'Broken on arrival' })
  await alex.voiceNote(undefined, { via, quote: id })
  await alex.location(
    { latitude: 37.44221, longitude: -122.16165, name: 'Fictional Coffee', address: '101' },
    { via },
  )
  await alex.contacts([{ name: { formatted_name: 'Dana Fox' }, phones: [{ phone: '+1 555' }] }], { via })
  const [image, voice, place, card] = payloads('message.any')
  expect(image).toMatchObject({
    body: 'Broken on arrival',
    hasMedia: true,
    media: { mimetype: 'image/png', error: null },
  })
  expect(voice).toMatchObject({
    body: null,
    media: {
      mimetype: 'audio/ogg; codecs=opus',
      url: expect.stringMatching(/\/api\/files\/default\/3EB0.*\.oga$/),
    },
    replyTo: {
      id: id.split('_')[2],
      participant: '100000000000017@lid',
      body: 'Broken on arrival',
      hasMedia: true,
    },
    _data: { Info: { Type: 'media', MediaType: 'ptt' } },
  })
  expect(place?.location).toMatchObject({
    latitude: '37.44221',
    longitude: '-122.16165',
    live: false,
    description: 'Fictional Coffee\n101',
  })
  expect(card?.vCards).toEqual([expect.stringContaining('FN:Dana Fox')])
})

test('without downloads there is hasMedia alone; the file comes with the history', async () => {
  await using both = await startWaha({ downloadMedia: false })
  const { emulator, payloads } = both
  await emulator.person().image(undefined, { via })
  expect(payloads('message.any')).toMatchObject([{ hasMedia: true, media: null }])
  const chat = `/api/default/chats/${encodeURIComponent(ALEX)}/messages`
  const { list } = await waha(emulator, 'GET', `${chat}?limit=1&downloadMedia=true`)
  const { url = '' } = (list[0]?.media ?? {}) as { url?: string }
  const file = await fetch(url, { headers: { 'x-api-key': emulator.waha.apiKey } })
  expect(file.headers.get('content-type')).toBe('image/png')
})

test('reactions, edits, revocations and votes are events of their own', async () => {
  await using both = await startWaha()
  const { emulator, payloads } = both
  const alex = emulator.person()
  const poll = { name: 'When?', options: ['Monday', 'Tuesday'], multipleAnswers: false }
  const asked = await sendWaha(emulator, 'sendPoll', { poll })
  const { id } = await alex.text('the blue one', { via })
  const stanza = id.split('_')[2]
  await alex.react(id, '🙏', { via })
  await alex.vote(String(asked.body.id), ['Tuesday'], time)
  await alex.edit(id, 'the GREEN one', { via })
  await alex.revoke(id, { via })
  expect(payloads('message.reaction')).toMatchObject([
    { from: ALEX, reaction: { text: '🙏', messageId: id } },
  ])
  expect(payloads('message.reaction')[0]).not.toHaveProperty('body')
  expect(payloads('poll.vote')).toMatchObject([
    {
      vote: { to: 'me', from: ALEX, fromMe: false, selectedOptions: ['Tuesday'], timestamp: 1_789_000_001 },
      poll: { id: asked.body.id, to: ALEX, from: 'me', fromMe: true },
    },
  ])
  expect(payloads('message.edited')).toMatchObject([{ body: 'the GREEN one', editedMessageId: stanza }])
  expect(payloads('message.revoked')).toMatchObject([
    { after: { from: ALEX, body: null }, before: null, revokedMessageId: stanza },
  ])
  expect(emulator.message(id)).toMatchObject({ text: 'the GREEN one', edited: true, revoked: true })
})

test('acks: server, device, read, error; in a group by everybody', async () => {
  await using both = await startWaha({}, { statuses: { sentMs: 0, deliveredMs: 5 } })
  const { emulator, payloads } = both
  const { id } = (await sendWaha(emulator, 'sendText', { text: 'Hello' })).body
  await emulator.webhooks.settled()
  await emulator.person().read({ via })
  expect(payloads('message.ack')).toMatchObject([
    { id, from: ALEX, fromMe: true, ack: 1, ackName: 'SERVER' },
    { id, ack: 2, ackName: 'DEVICE' },
    { id, ack: 3, ackName: 'READ' },
  ])
  emulator.faults.add({ kind: 'undeliverable' })
  await sendWaha(emulator, 'sendText', { text: 'Lost' })
  await emulator.webhooks.settled()
  expect(payloads('message.ack').at(-1)).toMatchObject({ ack: -1, ackName: 'ERROR' })
  emulator.configureStatuses(false)
  await emulator.person().text('Hi all', { via, group: '120363000000000001' })
  const group = await sendWaha(emulator, 'sendText', { chatId: '120363000000000001@g.us', text: 'Hi' })
  await emulator.status(String(group.body.id), 'read')
  const stanza = String(group.body.id).split('_')[2]
  const participant = '100000000000017@lid'
  expect(payloads('message.ack.group')).toMatchObject([
    { id: `true_120363000000000001@g.us_${stanza}_${participant}`, participant, ack: 3 },
  ])
})

describe('faults', () => {
  test('a request may be refused, be dropped, or be accepted without an answer', async () => {
    await using both = await startWaha()
    const { emulator } = both
    const send = () => sendWaha(emulator, 'sendText', { text: 'Hello' })
    emulator.faults.add({ kind: 'rate-limit', retryAfter: 2 })
    const limited = await send()
    expect(limited).toMatchObject({ status: 429, body: { statusCode: 429 } })
    expect(limited.headers.get('retry-after')).toBe('2')
    emulator.faults.add({ kind: 'server-error', via })
    expect(await send()).toMatchObject({ status: 500, body: { exception: { name: 'Error' } } })
    emulator.faults.add({ kind: 'html-error' })
    await expect(send()).rejects.toThrow('JSON')
    emulator.faults.add({ kind: 'timeout', ms: 5 })
    await expect(send()).rejects.toThrow()
    expect(emulator.ledger.sent()).toEqual([])
    emulator.faults.add({ kind: 'timeout', accepted: true, ms: 5 })
    expect(await send()).toMatchObject({ status: 201 })
    expect(emulator.ledger.sent()).toHaveLength(1)
  })

  test('webhooks are doubled and turned round; any 2xx takes them, anything else brings them again', async () => {
    await using both = await startWaha({}, {}, (_, position) => (position === 1 ? 500 : 204))
    const { bot, emulator, payloads } = both
    const say = (text: string) => emulator.person().text(text, { via })
    expect((await say('again')).deliveries.map(each => each.status)).toEqual([500, 204])
    emulator.faults.add({ kind: 'duplicate-webhook', concurrent: true })
    await say('twice')
    emulator.faults.add({ kind: 'reorder-webhooks', count: 2 })
    await Promise.all([say('first'), say('second')])
    emulator.faults.add({ kind: 'batch-webhooks', count: 2 })
    await Promise.all([say('one'), say('two')])
    const texts = payloads('message.any').map(payload => payload.body)
    expect(texts).toEqual(['again', 'again', 'twice', 'twice', 'second', 'first', 'one', 'two'])
    expect(bot.hooks[0]?.raw).toBe(bot.hooks[1]?.raw)
    emulator.faults.add({ kind: 'lose-webhook', about: 'echoes' })
    expect(await emulator.echo({ to: 'Alex Rivera', text: 'lost', via })).toMatchObject({ delivered: false })
  })

  test('a forged signature', async () => {
    await using both = await startWaha({ hmacKey: 'key' })
    const { bot, emulator } = both
    await emulator.deliver({ event: 'message.any' }, { via, signature: 'bad' })
    await emulator.deliver({ event: 'message.any' }, { via, signature: 'none' })
    const signed = createHmac('sha512', 'key').update('{"event":"message.any"}').digest('hex')
    expect(bot.hooks[0]?.headers['x-webhook-hmac']).toMatch(/^[0-9a-f]{128}$/)
    expect(bot.hooks[0]?.headers['x-webhook-hmac']).not.toBe(signed)
    expect(bot.hooks[1]?.headers).not.toHaveProperty('x-webhook-hmac')
  })
})
