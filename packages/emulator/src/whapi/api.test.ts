import { describe, expect, test } from 'vitest'
import { sampleVoiceNote } from '../samples/voice-note.js'
import { startWhapi, whapi } from '../test-support/whapi.js'

const ALEX = '15550001234@s.whatsapp.net'

test('a text is accepted, shown, on the ledger, and told of as sent by the API', async () => {
  await using both = await startWhapi()
  const { emulator, list } = both
  const answer = await whapi(emulator, 'POST', '/messages/text', { to: '15550001234', body: 'Hello' })
  expect(answer).toMatchObject({
    status: 200,
    body: {
      sent: true,
      message: {
        from_me: true,
        type: 'text',
        chat_id: ALEX,
        source: 'api',
        status: 'pending',
        text: { body: 'Hello' },
        from: '15550008888',
      },
    },
  })
  const message = answer.body.message as { id: string; timestamp: number }
  expect(message.id).toMatch(/^[A-Za-z0-9._]{4,30}-[A-Za-z0-9._]{4,14}$/)
  expect(message.timestamp).toBeTypeOf('number')
  const [sent] = await emulator.ledger.waitForSent(1)
  expect(sent).toMatchObject({ wamid: message.id, provider: 'whapi', person: 'alex-rivera', text: 'Hello' })
  expect(emulator.person().chat({ via: 'whapi' })).toMatchObject([{ id: message.id, author: 'business' }])
  expect(emulator.person().chat()).toEqual([])
  await emulator.webhooks.settled()
  expect(list('messages')).toEqual([message])
  expect(emulator.refusals).toEqual([])
})

describe('what the OpenAPI description refuses is refused, and on record', () => {
  test.each([
    ['/messages/text', { body: 'Hello' }, 'to is required'],
    ['/messages/text', { to: '15550001234' }, 'body is required'],
    ['/messages/text', { to: '+15550001234', body: 'x' }, 'to must match'],
    ['/messages/text', { to: '15550001234@c.us', body: 'x' }, 'to must be digits, or a chat id'],
    ['/messages/text', { to: '15550001234', body: 'x', typing_time: 61 }, 'typing_time must be at most 60'],
    ['/messages/text', { to: '15550001234', body: 'x', quoted: 'short' }, 'quoted must match'],
    ['/messages/image', { to: '15550001234' }, 'media is required'],
    ['/messages/image', { to: '15550001234', media: 'what?' }, 'media must be a URL, a data URI'],
    ['/messages/location', { to: '15550001234', latitude: '1', longitude: 2 }, 'latitude must be a number'],
    ['/messages/contact', { to: '15550001234', name: 'Dana' }, 'vcard is required'],
    ['/messages/poll', { to: '15550001234', title: 'When?', options: 'Mon' }, 'options must be an array'],
    [
      '/messages/poll',
      { to: '15550001234', title: 'When?', options: ['Mon'], count: 2 },
      'count must be at most 1',
    ],
    [
      '/messages/interactive',
      { to: '15550001234', type: 'button', action: { buttons: [{ type: 'reply', title: 'Yes', id: 'y' }] } },
      'action.buttons[0].type must be one of quick_reply',
    ],
  ])('%s %j', async (path, body, details) => {
    await using both = await startWhapi()
    const { emulator } = both
    const answer = await whapi(emulator, 'POST', path, body)
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 400, message: 'bad request' } } })
    expect((answer.body.error as { details: string }).details).toContain(details)
    expect(emulator.refusals).toMatchObject([{ code: 400, entry: { method: 'POST', path } }])
    expect(emulator.ledger.sent()).toEqual([])
  })

  test('an unknown message, chat or path is a 404, a wrong token or a lost phone a 401', async () => {
    await using both = await startWhapi()
    const { emulator } = both
    const body = { to: '15550001234', body: 'x' }
    const unknown = { ...body, quoted: 'p.0000000000000000.g4CA-00000000000' }
    const group = { ...body, to: '120363000000000001@g.us' }
    expect(await whapi(emulator, 'POST', '/messages/text', unknown)).toMatchObject({ status: 404 })
    expect(await whapi(emulator, 'POST', '/messages/text', group)).toMatchObject({
      status: 404,
      body: { error: { details: 'Specified chat not found' } },
    })
    expect(await whapi(emulator, 'PUT', '/messages/p.0000.g4CA-0000')).toMatchObject({ status: 404 })
    const wrong = { authorization: 'Bearer guess' }
    expect(await whapi(emulator, 'POST', '/messages/text', body, wrong)).toMatchObject({
      status: 401,
      body: { error: { code: 401, details: 'Need channel authorization for using the service' } },
    })
    await emulator.whapi.setHealth('QR')
    expect(await whapi(emulator, 'POST', '/messages/text', body)).toMatchObject({ status: 401 })
    expect(await whapi(emulator, 'GET', '/health')).toMatchObject({ body: { status: { text: 'QR' } } })
    const byQuery = await whapi(emulator, 'GET', `/health?token=${emulator.whapi.token}`, undefined, {
      authorization: '',
    })
    expect(byQuery.status).toBe(200)
    expect(JSON.stringify(emulator.ledger.requests())).not.toContain(emulator.whapi.token)
  })
})

test('media: a data URI, an upload, a form and a link; downloads are the same bytes', async () => {
  await using both = await startWhapi()
  const { emulator } = both
  const bytes = sampleVoiceNote()
  const uri = `data:application/pdf;name=a.pdf;base64,${Buffer.from('%PDF-1').toString('base64')}`
  const document = await whapi(emulator, 'POST', '/messages/document', {
    to: ALEX,
    media: uri,
    caption: 'Invoice',
  })
  expect(document.body.message).toMatchObject({
    type: 'document',
    document: { mime_type: 'application/pdf', file_size: 6, filename: 'a.pdf', caption: 'Invoice' },
  })
  const upload = await whapi(emulator, 'POST', '/media', bytes, { 'content-type': 'audio/ogg; codecs=opus' })
  const [{ id } = { id: '' }] = upload.body.media as { id: string }[]
  expect(id).toMatch(/^[a-zA-Z0-9]+-[0-9a-fA-F-]+$/)
  const voice = await whapi(emulator, 'POST', '/messages/voice', { to: ALEX, media: id })
  expect(voice.body.message).toMatchObject({
    type: 'voice',
    voice: { id, mime_type: 'audio/ogg; codecs=opus' },
  })
  const form = new FormData()
  form.set('to', ALEX)
  form.set('media', new Blob(['gif'], { type: 'image/png' }), 'a.png')
  const image = await whapi(emulator, 'POST', '/messages/image', form)
  expect(image.body.message).toMatchObject({ type: 'image', image: { mime_type: 'image/png', file_size: 3 } })
  const link = { to: ALEX, media: 'https://cdn.example/pic.jpg', mime_type: 'image/jpeg' }
  expect(await whapi(emulator, 'POST', '/messages/image', link)).toMatchObject({ status: 200 })
  const headers = { authorization: `Bearer ${emulator.whapi.token}` }
  const download = await fetch(`${emulator.url}/media/${id}`, { headers })
  expect(download.headers.get('content-type')).toBe('audio/ogg; codecs=opus')
  expect(new Uint8Array(await download.arrayBuffer())).toEqual(new Uint8Array(bytes))
  expect(await whapi(emulator, 'POST', '/messages/image', { to: ALEX, media: 'png-00-1' })).toMatchObject({
    status: 404,
  })
})

test('reactions, edits, revocations, read marks and typing', async () => {
  await using both = await startWhapi()
  const { emulator } = both
  const alex = emulator.person()
  const { id } = await alex.text('Hi', { via: 'whapi' })
  expect(emulator.message(id)).toMatchObject({ tick: 'delivered' })
  await whapi(emulator, 'PUT', `/messages/${id}/reaction`, { emoji: '👍' })
  expect(emulator.message(id)?.reactions).toEqual({ business: '👍' })
  await whapi(emulator, 'DELETE', `/messages/${id}/reaction`)
  expect(emulator.message(id)?.reactions).toEqual({})
  expect(await whapi(emulator, 'PUT', `/messages/${id}`)).toMatchObject({ body: { success: true } })
  expect(emulator.message(id)?.tick).toBe('read')
  await whapi(emulator, 'PUT', `/presences/${ALEX}`, { presence: 'typing', delay: 3 })
  expect(emulator.ledger.typing).toMatchObject([{ provider: 'whapi', typing: true }])
  const sent = await whapi(emulator, 'POST', '/messages/text', { to: ALEX, body: 'Yes', quoted: id })
  expect(sent.body.message).toMatchObject({ context: { quoted_id: id, quoted_content: { body: 'Hi' } } })
  const own = (sent.body.message as { id: string }).id
  await whapi(emulator, 'POST', '/messages/text', { to: ALEX, body: 'No', edit: own })
  expect(emulator.message(own)).toMatchObject({ text: 'No', edited: true })
  await whapi(emulator, 'DELETE', `/messages/${own}`)
  expect(emulator.message(own)?.revoked).toBe(true)
  expect(await whapi(emulator, 'DELETE', `/messages/${id}`)).toMatchObject({ status: 403 })
  expect(emulator.ledger.sent().map(each => each.type)).toEqual([
    'reaction',
    'reaction',
    'text',
    'edit',
    'revoke',
  ])
})

test('the list of messages pages, filters and sorts; chats and hidden ids can be looked up', async () => {
  await using both = await startWhapi()
  const { emulator } = both
  const alex = emulator.person()
  for (const [place, body] of ['one', 'two', 'three'].entries())
    await alex.text(body, { via: 'whapi', timestamp: new Date(1_789_000_000_000 + place * 1000) })
  await whapi(emulator, 'POST', '/messages/text', { to: ALEX, body: 'four' })
  const list = async (query: string) => {
    const { body } = await whapi(emulator, 'GET', `/messages/list/${ALEX}?${query}`)
    return (body.messages as { text: { body: string } }[]).map(each => each.text.body)
  }
  expect(await list('from_me=false')).toEqual(['three', 'two', 'one'])
  expect(await list('sort=asc&count=2&offset=1')).toEqual(['two', 'three'])
  expect(await list('time_from=1789000001&from_me=false&sort=asc')).toEqual(['two', 'three'])
  expect(await list('from_me=true')).toEqual(['four'])
  expect(await whapi(emulator, 'GET', `/messages/list/${ALEX}?count=0`)).toMatchObject({ status: 400 })
  expect(await whapi(emulator, 'GET', '/chats')).toMatchObject({ body: { total: 1, chats: [{ id: ALEX }] } })
  expect(await whapi(emulator, 'GET', '/contacts/lids/15550001234')).toMatchObject({
    body: { lid: '100000000000017@lid' },
  })
})

test('settings: the bot says itself where webhooks go, and which', async () => {
  await using both = await startWhapi({ headers: {} })
  const { bot, emulator, list } = both
  const webhook = {
    url: `${bot.url}?own`,
    headers: { 'X-Hook-Secret': 's3' },
    events: [{ type: 'statuses', method: 'post' }],
  }
  const patched = await whapi(emulator, 'PATCH', '/settings', { webhooks: [webhook] })
  expect(patched).toMatchObject({ status: 200, body: { changes: ['webhooks'] } })
  expect(await whapi(emulator, 'GET', '/settings')).toMatchObject({ body: { webhooks: [webhook] } })
  await emulator.person().text('not asked for', { via: 'whapi' })
  await whapi(emulator, 'POST', '/messages/text', { to: ALEX, body: 'Hello' })
  const [sent] = emulator.ledger.sent()
  await emulator.status(sent?.wamid ?? '', 'delivered')
  await emulator.webhooks.settled()
  expect(list('messages')).toEqual([])
  expect(list('statuses')).toMatchObject([{ id: sent?.wamid, status: 'delivered' }])
  expect(bot.hooks[0]).toMatchObject({ url: '/webhooks/meta?own', headers: { 'x-hook-secret': 's3' } })
  expect(await whapi(emulator, 'PATCH', '/settings', { webhooks: [{}] })).toMatchObject({ status: 400 })
})
