import { describe, expect, test } from 'vitest'
import { sendWaha, startWaha, waha } from '../test-support/waha.js'

const ALEX = '15550001234@c.us'
const via = 'waha'

test('a text is accepted with 201, shown, on the ledger, and told of as sent by the API', async () => {
  await using both = await startWaha()
  const { emulator, payloads } = both
  const answer = await sendWaha(emulator, 'sendText', { text: 'Hello' })
  expect(answer.status).toBe(201)
  expect(answer.body).toMatchObject({
    id: expect.stringMatching(/^true_15550001234@c\.us_3EB0[0-9A-F]{16}$/),
    timestamp: expect.any(Number),
    from: ALEX,
    fromMe: true,
    source: 'api',
    to: null,
    participant: null,
    body: 'Hello',
    hasMedia: false,
    media: null,
    ack: 1,
    ackName: 'SERVER',
    location: null,
    vCards: null,
    replyTo: null,
  })
  expect(emulator.ledger.sent()).toMatchObject([
    { wamid: answer.body.id, provider: 'waha', to: ALEX, person: 'alex-rivera', text: 'Hello' },
  ])
  expect(emulator.person().chat({ via })).toMatchObject([{ author: 'business', text: 'Hello' }])
  await emulator.webhooks.settled()
  expect(payloads('message.any')).toEqual([answer.body])
  expect(emulator.refusals).toEqual([])
})

describe('what the OpenAPI description refuses is refused, and on record', () => {
  const file = { mimetype: 'image/png', data: 'aGk=' }
  test.each([
    ['sendText', {}, 'text is required'],
    ['sendText', { text: 1 }, 'text must be a string'],
    ['sendText', { text: 'x', chatId: 'Alex' }, 'chatId must be'],
    ['sendText', { text: 'x', reply_to: 'false_15550001234@c.us_3EB000' }, 'not found'],
    ['sendText', { text: 'x', id: 'mine' }, 'id must be one of GET /api/{session}/new-message-id'],
    ['sendImage', { file: { data: 'aGk=' } }, 'file.mimetype is required'],
    ['sendVoice', { file: { ...file, filename: 'v.ogg' } }, 'convert is required'],
    [
      'sendVideo',
      { file: { mimetype: 'video/mp4', url: 'https://cdn.example/v' }, convert: true },
      'file.filename',
    ],
    ['sendLocation', { latitude: 1, longitude: 2 }, 'title is required'],
    ['sendContactVcard', { contacts: [{ fullName: 'Dana Fox' }] }, 'contacts[0].vcard is required'],
    ['sendPoll', { poll: { name: 'When?', options: ['Mon'] } }, 'poll.multipleAnswers is required'],
  ])('%s %j', async (kind, body, message) => {
    await using both = await startWaha()
    const { emulator } = both
    const answer = await sendWaha(emulator, kind, body)
    expect(answer).toMatchObject({ status: 422, body: { statusCode: 422, error: 'Unprocessable Entity' } })
    expect(answer.body.message).toContain(message)
    expect(emulator.refusals).toMatchObject([{ code: 422, entry: { path: `/api/${kind}` } }])
    expect(emulator.ledger.sent()).toEqual([])
  })

  test('a wrong key, another session, one that does not work, what the engine cannot', async () => {
    await using both = await startWaha({ engine: 'WEBJS' })
    const { emulator, payloads } = both
    const text = { session: 'default', chatId: ALEX, text: 'x' }
    expect(await waha(emulator, 'POST', '/api/sendText', text, 'guess')).toMatchObject({
      status: 401,
      body: { message: 'Unauthorized', statusCode: 401 },
    })
    expect(await waha(emulator, 'POST', '/api/sendText', { ...text, session: 'other' })).toMatchObject({
      status: 404,
    })
    expect(await waha(emulator, 'GET', '/api/default/new-message-id')).toMatchObject({ status: 501 })
    expect(await sendWaha(emulator, 'sendList', {})).toMatchObject({
      status: 501,
      body: { error: 'Not Implemented' },
    })
    expect(
      await sendWaha(emulator, 'sendText', { text: 'x', chatId: '100000000000017:2@lid' }),
    ).toMatchObject({
      status: 500,
      body: { exception: { message: '2 UNKNOWN: no LID found for 100000000000017:2@lid' } },
    })
    await emulator.waha.setStatus('FAILED')
    expect(payloads('session.status')).toMatchObject([{ name: 'default', status: 'FAILED' }])
    expect(both.bot.hooks.at(-1)?.body.me).toBeNull()
    expect(await sendWaha(emulator, 'sendText', { text: 'x' })).toMatchObject({
      status: 422,
      body: { message: 'Session status is not as expected. Try again later or restart the session' },
    })
    expect(await waha(emulator, 'GET', '/api/sessions/default')).toMatchObject({
      body: { status: 'FAILED', me: null },
    })
    await waha(emulator, 'POST', '/api/sessions/default/start')
    expect(await sendWaha(emulator, 'sendText', { text: 'x' })).toMatchObject({ status: 201 })
    expect(JSON.stringify(emulator.ledger.requests())).not.toContain(emulator.waha.apiKey)
  })
})

describe('ids of the client make a send idempotent', () => {
  test.each(['NOWEB', 'GOWS'] as const)('with %s the same id is the same message', async engine => {
    await using both = await startWaha({ engine })
    const { emulator } = both
    const { id } = (await waha(emulator, 'GET', '/api/default/new-message-id')).body
    emulator.faults.add({ kind: 'reset', accepted: true })
    await expect(sendWaha(emulator, 'sendText', { text: 'Hello', id })).rejects.toThrow()
    const again = await sendWaha(emulator, 'sendText', { text: 'Hello', id })
    expect(again).toMatchObject({ status: 201, body: { id: `true_${ALEX}_${id}` } })
    expect(emulator.ledger.sent()).toHaveLength(1)
    expect(emulator.person().chat({ via })).toHaveLength(1)
  })

  test('WEBJS does not look at them', async () => {
    await using both = await startWaha({ engine: 'WEBJS' })
    const { emulator } = both
    const id = '3EB0000000000000AAAA'
    await sendWaha(emulator, 'sendText', { text: 'Hello', id })
    await sendWaha(emulator, 'sendText', { text: 'Hello', id })
    expect(emulator.ledger.sent()).toHaveLength(2)
  })
})

test('media go out in base64 or as a link; places, cards and polls', async () => {
  await using both = await startWaha()
  const { emulator } = both
  const pdf = {
    mimetype: 'application/pdf',
    data: Buffer.from('%PDF-1').toString('base64'),
    filename: 'a.pdf',
  }
  const sent = await sendWaha(emulator, 'sendFile', { file: pdf, caption: 'Invoice' })
  expect(sent.body).toMatchObject({
    body: 'Invoice',
    hasMedia: true,
    media: { mimetype: 'application/pdf', filename: 'a.pdf', error: null },
  })
  const { url } = sent.body.media as { url: string }
  const refused = await fetch(url)
  expect(refused.status).toBe(401)
  const file = await fetch(url, { headers: { 'x-api-key': emulator.waha.apiKey } })
  expect(await file.text()).toBe('%PDF-1')
  const link = { mimetype: 'image/jpeg', url: 'https://cdn.example/pic.jpg' }
  expect((await sendWaha(emulator, 'sendImage', { file: link })).body).toMatchObject({
    hasMedia: true,
    media: null,
  })
  await sendWaha(emulator, 'sendLocation', { latitude: 37.44, longitude: -122.16, title: 'HQ' })
  const dana = {
    fullName: 'Dana Fox',
    phoneNumber: '+1 555 000 7777',
    whatsappId: '15550007777',
    vcard: null,
  }
  const card = await sendWaha(emulator, 'sendContactVcard', { contacts: [dana] })
  expect(card.body.vCards).toEqual([expect.stringContaining('waid=15550007777:+1 555 000 7777')])
  await sendWaha(emulator, 'sendPoll', {
    poll: { name: 'When?', options: ['Mon', 'Tue'], multipleAnswers: false },
  })
  expect(emulator.person().chat({ via })).toMatchObject([
    { type: 'document', content: { filename: 'a.pdf' } },
    { type: 'image', content: { link: link.url } },
    { type: 'location', content: { name: 'HQ' } },
    { type: 'contacts', text: 'Dana Fox' },
    { type: 'poll', text: 'When?', content: { options: ['Mon', 'Tue'], multiple: false } },
  ])
  expect(JSON.stringify(emulator.ledger.requests())).not.toContain(pdf.data)
})

test('files are gone after their time', async () => {
  let now = 1_789_000_000_000
  await using both = await startWaha({ filesLifetime: 60 }, { now: () => now })
  const { emulator, payloads } = both
  await emulator.person().image(undefined, { via })
  const { url = '' } = (payloads('message.any')[0]?.media ?? {}) as { url?: string }
  now += 61_000
  expect(await waha(emulator, 'GET', new URL(url).pathname)).toMatchObject({
    status: 404,
    body: { error: { code: 404, key: 'FILE_NOT_FOUND' } },
  })
})

test('reactions, edits, revocations, read marks and typing', async () => {
  await using both = await startWaha()
  const { emulator } = both
  const { id } = await emulator.person().text('Hi', { via })
  const react = (reaction: string) =>
    waha(emulator, 'PUT', '/api/reaction', { session: 'default', messageId: id, reaction })
  expect(await react('👍')).toMatchObject({ status: 200 })
  expect(emulator.message(id)?.reactions).toEqual({ business: '👍' })
  await react('')
  expect(emulator.message(id)?.reactions).toEqual({})
  await sendWaha(emulator, 'startTyping', {})
  expect(emulator.ledger.typing).toMatchObject([{ provider: 'waha' }])
  expect(await sendWaha(emulator, 'sendSeen', { messageIds: [id] })).toMatchObject({ status: 201 })
  expect(emulator.message(id)?.tick).toBe('read')
  const sent = await sendWaha(emulator, 'sendText', { text: 'Yes', reply_to: id })
  expect(sent.body.replyTo).toMatchObject({ id: id.split('_')[2], body: 'Hi' })
  const own = String(sent.body.id)
  const path = `/api/default/chats/${encodeURIComponent(ALEX)}/messages/${encodeURIComponent(own)}`
  expect(await waha(emulator, 'PUT', path, { text: 'No' })).toMatchObject({ status: 200 })
  expect(emulator.message(own)).toMatchObject({ text: 'No', edited: true })
  expect(await waha(emulator, 'DELETE', path)).toMatchObject({ status: 200 })
  expect(emulator.message(own)?.revoked).toBe(true)
  expect(emulator.ledger.sent().map(each => each.type)).toEqual([
    'reaction',
    'reaction',
    'text',
    'edit',
    'revoke',
  ])
})

test('history, chats and hidden ids', async () => {
  await using both = await startWaha()
  const { emulator } = both
  for (const [place, body] of ['one', 'two', 'three'].entries())
    await emulator.person().text(body, { via, timestamp: new Date(1_789_000_000_000 + place * 1000) })
  await sendWaha(emulator, 'sendText', { text: 'four' })
  const chat = `/api/default/chats/${encodeURIComponent(ALEX)}/messages`
  const texts = async (query: string) =>
    (await waha(emulator, 'GET', `${chat}?${query}`)).list.map(message => message.body)
  expect(await texts('limit=2')).toEqual(['four', 'three'])
  expect(await texts('limit=9&filter.fromMe=false&sortOrder=asc&offset=1')).toEqual(['two', 'three'])
  expect(await texts('limit=9&filter.timestamp.gte=1789000001&filter.fromMe=false')).toEqual(['three', 'two'])
  expect(await waha(emulator, 'GET', chat)).toMatchObject({ status: 422 })
  const { list } = await waha(emulator, 'GET', '/api/default/chats?limit=5')
  expect(list).toMatchObject([{ id: ALEX, name: 'Alex Rivera', lastMessage: { body: 'four' } }])
  const lid = (id: string) => waha(emulator, 'GET', `/api/default/lids/${id}`)
  expect((await lid('100000000000017')).body).toEqual({ lid: '100000000000017@lid', pn: ALEX })
  expect((await lid('100000000000031%40lid')).body).toEqual({ lid: '100000000000031@lid', pn: null })
  expect((await lid('pn/15550001234')).body).toEqual({ lid: '100000000000017@lid', pn: ALEX })
})

test('the session says where webhooks go, and can be told', async () => {
  await using both = await startWaha({ hmacKey: null })
  const { bot, emulator } = both
  const hook = { url: `${bot.url}?own`, events: ['message'], hmac: { key: 'k' } }
  const put = await waha(emulator, 'PUT', '/api/sessions/default', { config: { webhooks: [hook] } })
  expect(put.body).toMatchObject({
    config: { webhooks: [{ ...hook, hmac: { key: '***' } }] },
    engine: { engine: 'GOWS' },
  })
  await emulator.person().text('Hi', { via })
  expect(bot.hooks.map(each => [each.url, each.body.event])).toEqual([['/webhooks/meta?own', 'message']])
  expect(bot.hooks[0]?.headers['x-webhook-hmac-algorithm']).toBe('sha512')
})
