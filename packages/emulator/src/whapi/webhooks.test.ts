import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { startWhapi, whapi } from '../test-support/whapi.js'

const ALEX = '15550001234@s.whatsapp.net'
const via = 'whapi'
const time = { via, timestamp: new Date(1_789_000_001_000) }

test('a message of a person: one array, event and channel, with the secret in a header', async () => {
  await using both = await startWhapi({ headers: { 'x-hook-secret': 's3' } })
  const { bot, emulator } = both
  const { id, delivered } = await emulator.person().text('Hi, is the blue one in stock?', time)
  expect(delivered).toBe(true)
  expect(bot.hooks[0]?.headers).toMatchObject({ 'x-hook-secret': 's3', 'content-type': 'application/json' })
  expect(bot.hooks[0]?.body).toEqual({
    messages: [
      {
        id,
        from_me: false,
        type: 'text',
        chat_id: ALEX,
        timestamp: 1_789_000_001,
        source: 'mobile',
        text: { body: 'Hi, is the blue one in stock?' },
        from: '15550001234',
        from_name: 'Alex Rivera',
      },
    ],
    event: { type: 'messages', event: 'post' },
    channel_id: emulator.whapi.channelId,
  })
})

describe('kinds of messages', () => {
  test('a link makes a link_preview, a forward and a quote have a context', async () => {
    await using both = await startWhapi()
    const { emulator, list } = both
    const alex = emulator.person()
    const { id } = await alex.text('see https://example.com/a', time)
    await alex.text('FYI', { ...time, forwarded: true })
    await alex.text('that one', { ...time, quote: id })
    expect(list('messages')).toMatchObject([
      {
        type: 'link_preview',
        link_preview: { body: 'see https://example.com/a', url: 'https://example.com/a' },
      },
      { type: 'text', context: { forwarded: true } },
      { context: { quoted_id: id, quoted_author: '15550001234', quoted_type: 'link_preview' } },
    ])
  })

  test('media have an id to download, and a link only when it was asked for', async () => {
    await using both = await startWhapi({ autoDownload: ['image'] })
    const { emulator, list } = both
    const alex = emulator.person()
    await alex.image(undefined, { via, caption: 'Broken on arrival' })
    await alex.voiceNote(undefined, { via })
    await alex.document(undefined, { via, filename: 'contract-v2.pdf' })
    const [image, voice, document] = list('messages')
    expect(image).toMatchObject({
      type: 'image',
      image: { mime_type: 'image/png', caption: 'Broken on arrival' },
    })
    expect(voice).toMatchObject({ type: 'voice', voice: { mime_type: 'audio/ogg; codecs=opus', seconds: 1 } })
    expect(document).toMatchObject({
      document: { filename: 'contract-v2.pdf', file_name: 'contract-v2.pdf' },
    })
    const { link, file_size: size } = (image?.image ?? {}) as { link: string; file_size: number }
    const bytes = await (await fetch(link)).arrayBuffer()
    expect(bytes.byteLength).toBe(size)
    expect(voice?.voice).not.toHaveProperty('link')
    const { id } = (voice?.voice ?? {}) as { id?: string }
    expect(await whapi(emulator, 'GET', `/media/${id}x`)).toMatchObject({ status: 404 })
  })

  test('places, cards, and taps on what the bot offered', async () => {
    await using both = await startWhapi()
    const { emulator, list } = both
    const alex = emulator.person()
    await alex.location({ latitude: 37.44221, longitude: -122.16165, name: 'Fictional Coffee' }, { via })
    await alex.contacts([{ name: { formatted_name: 'Dana Fox' }, phones: [{ phone: '+1 555 000 7777' }] }], {
      via,
    })
    const offer = {
      to: ALEX,
      type: 'button',
      body: { text: 'Confirm?' },
      action: { buttons: [{ type: 'quick_reply', title: 'Yes', id: 'confirm-yes' }] },
    }
    await whapi(emulator, 'POST', '/messages/interactive', offer)
    const shown = alex.chat({ via }).at(-1)
    expect(shown).toMatchObject({
      text: 'Confirm?',
      content: { type: 'button', action: { buttons: [{ reply: { id: 'confirm-yes', title: 'Yes' } }] } },
    })
    await alex.button({ id: 'confirm-yes', title: 'Yes' }, { via, quote: shown?.id ?? '' })
    await alex.listReply({ id: 'ship-express', title: 'Express', description: 'Next day' }, { via })
    const people = list('messages').filter(message => message.from_me === false)
    expect(people).toMatchObject([
      { type: 'location', location: { latitude: 37.44221, name: 'Fictional Coffee' } },
      {
        type: 'contact',
        contact: { name: 'Dana Fox', vcard: expect.stringContaining('waid=15550007777:+1 555') },
      },
      { reply: { type: 'buttons_reply', buttons_reply: { id: 'ButtonsV3:confirm-yes', title: 'Yes' } } },
      { reply: { type: 'list_reply', list_reply: { id: 'ListV3:ship-express', description: 'Next day' } } },
    ])
  })

  test('reactions and votes are actions; edits and revocations are told twice', async () => {
    await using both = await startWhapi()
    const { emulator, list } = both
    const alex = emulator.person()
    const poll = { to: ALEX, title: 'When?', options: ['Mon', 'Tue'], count: 1 }
    const answer = await whapi(emulator, 'POST', '/messages/poll', poll)
    const target = (answer.body.message as { id: string }).id
    const { id } = await alex.text('the blue one', { via })
    await alex.react(id, '👍', { via })
    await alex.vote(target, ['Tue'], { via })
    await alex.edit(id, 'the GREEN one', { via })
    await alex.revoke(id, { via })
    const hash = createHash('sha256').update('Tue').digest('base64')
    const actions = list('messages').flatMap(message => (message.type === 'action' ? [message.action] : []))
    expect(actions).toEqual([
      { target: id, type: 'reaction', emoji: '👍' },
      { target, type: 'vote', votes: [hash] },
      { target: id, type: 'edited', edited_type: 'text', edited_content: { body: 'the GREEN one' } },
      { target: id, type: 'delete' },
    ])
    expect(list('messages_updates')).toMatchObject([
      {
        id,
        before_update: { text: { body: 'the blue one' } },
        after_update: { text: { body: 'the GREEN one' } },
      },
    ])
    expect(both.bot.hooks.flatMap(hook => hook.body.messages_removed ?? [])).toEqual([id])
    expect(emulator.message(id)).toMatchObject({ text: 'the GREEN one', edited: true, revoked: true })
    expect(emulator.message(target)).toMatchObject({ votes: { 'alex-rivera': ['Tue'] } })
    await expect(alex.vote(target, ['Mon'])).rejects.toThrow('no polls at Meta')
  })

  test('somebody without a visible phone, and a group', async () => {
    await using both = await startWhapi()
    const { emulator, list } = both
    await emulator.person('Robin Sato').text('Hello', { via })
    await emulator.person().text('Hello group', { via, group: '120363000000000001' })
    expect(list('messages')).toMatchObject([
      { chat_id: '100000000000031@lid', from: '100000000000031' },
      { chat_id: '120363000000000001@g.us', from: '15550001234', chat_name: expect.any(String) },
    ])
    const body = { to: '120363000000000001@g.us', body: 'Hello all' }
    const sent = await whapi(emulator, 'POST', '/messages/text', body)
    const { id } = sent.body.message as { id: string }
    await emulator.status(id, 'read')
    expect(list('statuses')).toMatchObject([{ id, recipient_id: body.to, viewer_id: '15550001234' }])
  })
})

test('statuses: timestamps are strings; a failed one says why', async () => {
  await using both = await startWhapi({}, { statuses: { sentMs: 0, deliveredMs: 5 } })
  const { emulator, list } = both
  const answer = await whapi(emulator, 'POST', '/messages/text', { to: '15550001234', body: 'Hello' })
  const { id } = answer.body.message as { id: string }
  await emulator.webhooks.settled()
  await emulator.person().read({ via })
  const timestamp = expect.stringMatching(/^\d{10}$/)
  expect(list('statuses')).toEqual([
    { id, code: 2, status: 'sent', recipient_id: ALEX, timestamp },
    { id, code: 3, status: 'delivered', recipient_id: ALEX, timestamp },
    { id, code: 4, status: 'read', recipient_id: ALEX, timestamp },
  ])
  emulator.faults.add({ kind: 'undeliverable', via })
  await whapi(emulator, 'POST', '/messages/text', { to: '15550001234', body: 'Lost' })
  await emulator.webhooks.settled()
  expect(list('statuses').at(-1)).toMatchObject({ status: 'failed', errors: [{ code: 404 }] })
})

test('the business phone is from_me with the source mobile; a lost phone is told', async () => {
  await using both = await startWhapi()
  const { bot, emulator, list } = both
  const { id } = await emulator.echo({ to: 'Alex Rivera', text: 'Sam here', via })
  expect(list('messages')).toMatchObject([
    { id, from_me: true, source: 'mobile', chat_id: ALEX, from: '15550008888', status: 'sent' },
  ])
  expect(emulator.message(id)?.author).toBe('phone-app')
  await emulator.whapi.setHealth('QR')
  await emulator.whapi.setHealth('AUTH')
  const kinds = bot.hooks
    .slice(1)
    .map(({ body }) => ({ ...(body.event as object), ...(body.health as object) }))
  expect(kinds).toMatchObject([
    { type: 'channel', event: 'post', status: { text: 'QR', code: 3 } },
    { type: 'users', event: 'delete' },
    { type: 'channel', status: { text: 'AUTH', code: 4 } },
    { type: 'users', event: 'post' },
  ])
})

describe('faults', () => {
  test('a request may be refused, be dropped, or be accepted without an answer', async () => {
    await using both = await startWhapi()
    const { emulator } = both
    const body = { to: '15550001234', body: 'Hello' }
    const send = () => whapi(emulator, 'POST', '/messages/text', body)
    emulator.faults.add({ kind: 'rate-limit', retryAfter: 3, via })
    const limited = await send()
    expect(limited).toMatchObject({
      status: 429,
      body: { error: { code: 429, message: 'too many requests' } },
    })
    expect(limited.headers.get('retry-after')).toBe('3')
    emulator.faults.add({ kind: 'server-error' })
    expect(await send()).toMatchObject({ status: 500, body: { error: { code: 500 } } })
    emulator.faults.add({ kind: 'error', code: 402 })
    expect(await send()).toMatchObject({ status: 402, body: { error: { message: 'trial version limits' } } })
    emulator.faults.add({ kind: 'reset' })
    await expect(send()).rejects.toThrow()
    expect(emulator.ledger.sent()).toEqual([])
    emulator.faults.add({ kind: 'reset', accepted: true })
    await expect(send()).rejects.toThrow()
    expect(emulator.ledger.sent()).toHaveLength(1)
    emulator.faults.add({ kind: 'timeout', accepted: true, ms: 20, statuses: false })
    expect(await send()).toMatchObject({ status: 200 })
    emulator.faults.add({ kind: 'rate-limit', via: 'meta' })
    expect(await send()).toMatchObject({ status: 200 })
  })

  test('webhooks are doubled, turned round, put together, and sent again until they are taken', async () => {
    await using both = await startWhapi({}, {}, (_, position) => (position === 1 ? 503 : 200))
    const { bot, emulator, list } = both
    const alex = emulator.person()
    const say = (text: string) => alex.text(text, { via })
    const { deliveries } = await say('again')
    expect(deliveries.map(each => each.status)).toEqual([503, 200])
    emulator.faults.add({ kind: 'duplicate-webhook', copies: 3 })
    await say('thrice')
    emulator.faults.add({ kind: 'reorder-webhooks', count: 2 })
    await Promise.all([say('first'), say('second')])
    emulator.faults.add({ kind: 'batch-webhooks', count: 2 })
    await Promise.all([say('one'), say('two')])
    emulator.faults.add({ kind: 'lose-webhook' })
    expect(await say('lost')).toMatchObject({ delivered: false })
    const texts = list('messages').map(message => (message.text as { body: string }).body)
    expect(texts).toEqual(['again', 'again', 'thrice', 'thrice', 'thrice', 'second', 'first', 'one', 'two'])
    expect(bot.hooks.at(-1)?.body.messages).toHaveLength(2)
    const lost = await whapi(emulator, 'GET', `/messages/list/${ALEX}?count=1`)
    expect(lost.body.messages).toMatchObject([{ text: { body: 'lost' } }])
  })

  test('a forged secret', async () => {
    await using both = await startWhapi({ headers: { 'x-hook-secret': 's3' } })
    const { bot, emulator } = both
    await emulator.deliver({ messages: [] }, { via, signature: 'bad' })
    await emulator.deliver({ messages: [] }, { via, signature: 'none' })
    expect(bot.hooks.map(hook => hook.headers['x-hook-secret'])).toEqual(['not s3', undefined])
  })
})

test('without the option there is no Whapi, and the error says how to get it', async () => {
  await using both = await startWhapi({}, { whapi: undefined as never })
  expect(() => both.emulator.whapi).toThrow('startEmulator({ whapi: {} })')
  await expect(both.emulator.person().text('Hi', { via })).rejects.toThrow(
    'No business account has the id "whapi"',
  )
})
