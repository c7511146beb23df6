import { expect, test } from 'vitest'
import { graph, refusalOf, send, sendText, startBoth, wamidOf } from '../test-support/bot.js'

const buttons = (titles: readonly string[]) => ({
  type: 'interactive',
  interactive: {
    type: 'button',
    body: { text: 'Shall we?' },
    action: { buttons: titles.map(title => ({ type: 'reply', reply: { id: `id-${title}`, title } })) },
  },
})

/** Buttons below a file. */
const under = (type: string, file: object) => {
  const { interactive, ...message } = buttons(['Yes'])
  return { ...message, interactive: { ...interactive, header: { type, [type]: file } } }
}

const rows = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ id: `row-${place}`, title: `Row ${place}` }))

const list = (...sections: unknown[]) => ({
  type: 'interactive',
  interactive: { type: 'list', body: { text: 'Pick one' }, action: { button: 'Open', sections } },
})

const named = (type: string, action: object) => ({
  type: 'interactive',
  interactive: { type, body: { text: 'Please' }, action },
})

test('a text is accepted, answered in the shape of the contract, and on the ledger', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const answer = await sendText(emulator, 'Hello', {
    recipient_type: 'individual',
    text: { body: 'Hello', preview_url: true },
    biz_opaque_callback_data: 'order-42',
  })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    messaging_product: 'whatsapp',
    contacts: [{ input: '+15550001234', wa_id: '15550001234' }],
    messages: [{ id: expect.stringMatching(/^wamid\.[A-Za-z0-9+/=]{20,120}$/) }],
  })
  expect(emulator.ledger.sent()).toMatchObject([
    {
      wamid: wamidOf(answer),
      to: '+15550001234',
      person: 'alex-rivera',
      type: 'text',
      text: 'Hello',
      opaque: 'order-42',
    },
  ])
  expect(emulator.refusals).toEqual([])
})

test('a BSUID recipient is answered with user_id and no wa_id; `to` wins over `recipient`', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const robin = emulator.person('Robin Sato')
  const byId = await sendText(emulator, 'Hi', { to: undefined, recipient: robin.userId })
  expect(byId.body.contacts).toEqual([{ input: robin.userId, user_id: robin.userId }])
  expect(robin.received().map(sent => sent.text)).toEqual(['Hi'])
  const byBoth = await sendText(emulator, 'Hi', { recipient: robin.userId })
  expect(byBoth.body.contacts).toEqual([{ input: '+15550001234', wa_id: '15550001234' }])
})

test('a group is answered with the group id', async () => {
  await using both = await startBoth()
  const { emulator } = both
  await emulator.person().text('Hello all', { group: 'Z3JvdXAtMQ==' })
  const answer = await sendText(emulator, 'Hello group', { recipient_type: 'group', to: 'Z3JvdXAtMQ==' })
  expect(answer.body).toMatchObject({
    contacts: [{ input: 'Z3JvdXAtMQ==' }],
    messages: [{ id: expect.stringMatching(/^wamid/), group_id: 'Z3JvdXAtMQ==' }],
  })
})

test('a number without plus is the person if known, else gets the country code of the business', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const known = await sendText(emulator, 'Hi', { to: '15550005678' })
  expect(known.body.contacts).toEqual([{ input: '15550005678', wa_id: '15550005678' }])
  const local = await sendText(emulator, 'Hi', { to: '(555) 000-7777' })
  expect(local.body.contacts).toEqual([{ input: '(555) 000-7777', wa_id: '15550007777' }])
})

test.each([
  [
    'location',
    { type: 'location', location: { latitude: 37.4, longitude: '-122.1', name: 'HQ', address: 'Way 1' } },
  ],
  [
    'contacts',
    {
      type: 'contacts',
      contacts: [{ name: { formatted_name: 'Dana Fox' }, phones: [{ phone: '+15550007777' }] }],
    },
  ],
  [
    'document by link',
    { type: 'document', document: { link: 'https://cdn.example/a.pdf', filename: 'a.pdf', caption: 'A' } },
  ],
  ['buttons', buttons(['Yes', 'No', 'Later'])],
  ['buttons under an image', under('image', { link: 'https://cdn.example/a.jpg' })],
  ['buttons under a document', under('document', { link: 'https://cdn.example/a.pdf', filename: 'a.pdf' })],
  ['list', list({ title: 'One', rows: rows(4) }, { title: 'Two', rows: rows(8).slice(4) })],
  [
    'cta_url',
    named('cta_url', { name: 'cta_url', parameters: { display_text: 'Open', url: 'https://example.com' } }),
  ],
  ['location request', named('location_request_message', { name: 'send_location' })],
  ['contact request', named('contact_request', { name: 'request_contact_info' })],
  [
    'flow',
    named('flow', { name: 'flow', parameters: { flow_message_version: '3', flow_id: '1', flow_cta: 'Go' } }),
  ],
  [
    'product',
    {
      type: 'interactive',
      interactive: { type: 'product', action: { catalog_id: '1', product_retailer_id: 'a' } },
    },
  ],
  ['catalog', named('catalog_message', { name: 'catalog_message' })],
])('%s is accepted', async (_, message) => {
  await using both = await startBoth()
  const answer = await send(both.emulator, message)
  expect(refusalOf(answer)).toMatchObject({ status: 200, details: undefined })
  expect(both.emulator.ledger.sent()).toHaveLength(1)
})

test('a template is answered with message_status', async () => {
  await using both = await startBoth()
  const components = [
    { type: 'header', parameters: [{ type: 'image', image: { link: 'https://cdn.example/h.jpg' } }] },
    { type: 'body', parameters: [{ type: 'text', text: 'Alex' }] },
    {
      type: 'button',
      sub_type: 'quick_reply',
      index: '0',
      parameters: [{ type: 'payload', payload: 'stop' }],
    },
  ]
  const template = { name: 'order_update', language: { code: 'en_US' }, components }
  const answer = await send(both.emulator, { type: 'template', template })
  expect(answer.body.messages).toMatchObject([{ message_status: 'accepted' }])
  expect(both.emulator.ledger.sent()[0]?.text).toBe('order_update: Alex')
})

test('a reaction and its removal show on the message', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const { id } = await emulator.person().text('Nice?')
  await send(emulator, { type: 'reaction', reaction: { message_id: id, emoji: '👍🏽' } })
  expect(emulator.message(id)?.reactions).toEqual({ business: '👍🏽' })
  await send(emulator, { type: 'reaction', reaction: { message_id: id, emoji: '' } })
  expect(emulator.message(id)?.reactions).toEqual({})
})

test('a quote of a known message is kept', async () => {
  await using both = await startBoth()
  const { id } = await both.emulator.person().text('Which one?')
  const answer = await sendText(both.emulator, 'That one', { context: { message_id: id } })
  expect(both.emulator.message(wamidOf(answer))?.quotedId).toBe(id)
})

const long = 'é'.repeat(4097)

test.each([
  ['no text', {}, 100, 'The parameter text is required.'],
  ['an empty text', { text: { body: '' } }, 100, 'at least 1'],
  ['a long text', { text: { body: long } }, 100, "Param text['body'] must be at most 4096 characters long."],
  ['no body', { text: {} }, 131008, "text['body']"],
  ['a body that is no string', { text: { body: 7 } }, 100, 'must be a string'],
  ['an unknown key', { text: { body: 'x', preview: true } }, 100, 'Unexpected key "preview" on param "text"'],
  ['an unknown type', { type: 'gif', gif: {} }, 100, 'Param type must be one of'],
  ['an unknown recipient type', { text: { body: 'x' }, recipient_type: 'all' }, 100, 'recipient_type'],
  ['no recipient', { text: { body: 'x' }, to: undefined }, 100, 'The parameter to is required.'],
  ['a word as recipient', { text: { body: 'x' }, to: 'Alex' }, 131009, 'not a valid phone number'],
  ['a BSUID as `to`', { text: { body: 'x' }, to: 'US.902100' }, 131009, "goes into 'recipient'"],
  ['an unknown BSUID', { text: { body: 'x' }, to: undefined, recipient: 'US.1' }, 131009, 'No user has'],
  ['an unknown group', { text: { body: 'x' }, recipient_type: 'group', to: 'R3' }, 131009, 'does not exist'],
  ['itself as recipient', { text: { body: 'x' }, to: '+15550009999' }, 131021, 'same'],
  ['long callback data', { text: { body: 'x' }, biz_opaque_callback_data: 'x'.repeat(513) }, 100, '512'],
  ['an unknown quote', { text: { body: 'x' }, context: { message_id: 'wamid.none' } }, 131009, 'no message'],
  [
    'a malformed quote',
    { text: { body: 'x' }, context: { message_id: '1' } },
    131009,
    'not a valid message ID',
  ],
  ['another product', { text: { body: 'x' }, messaging_product: 'signal' }, 100, 'WHATSAPP'],
  ['no product', { text: { body: 'x' }, messaging_product: undefined }, 100, 'messaging_product is required'],
  ['id and link', { type: 'image', image: { id: '1', link: 'https://a.example/b.png' } }, 100, 'either'],
  [
    'an unknown media id',
    { type: 'image', image: { id: '1' } },
    100,
    'not a valid WhatsApp business account media',
  ],
  ['a link that is none', { type: 'image', image: { link: 'ftp://a/b' } }, 100, 'not a valid URL'],
  [
    'a caption on audio',
    { type: 'audio', audio: { link: 'https://a.example/b', caption: 'x' } },
    100,
    'Unexpected key "caption"',
  ],
  [
    'a long caption',
    { type: 'image', image: { link: 'https://a.example/b', caption: 'x'.repeat(1025) } },
    100,
    '1024',
  ],
  ['a place off the globe', { type: 'location', location: { latitude: 91, longitude: 0 } }, 100, 'latitude'],
  ['no longitude', { type: 'location', location: { latitude: 9 } }, 131008, 'longitude'],
  [
    'a nameless contact',
    { type: 'contacts', contacts: [{ name: { first_name: 'Dana' } }] },
    131008,
    'formatted_name',
  ],
  [
    'words as reaction',
    { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: 'ok' } },
    100,
    'one emoji',
  ],
  ['four buttons', buttons(['a', 'b', 'c', 'd']), 100, 'between 1 and 3'],
  ['a sound above buttons', under('audio', { link: 'https://cdn.example/a.ogg' }), 100, "['header']"],
  ['a file above buttons that is not known', under('video', { id: '1' }), 100, "['header']['video']['id']"],
  ['a caption above buttons', under('image', { link: 'https://a.example/b', caption: 'x' }), 100, 'caption'],
  ['a long button', buttons(['x'.repeat(21)]), 100, 'at most 20'],
  ['two equal buttons', buttons(['a', 'a']), 100, 'unique'],
  [
    'eleven rows',
    list({ title: 'A', rows: rows(6) }, { title: 'B', rows: rows(11).slice(6) }),
    100,
    'at most 10 rows',
  ],
  ['sections without titles', list({ rows: rows(1) }, { rows: rows(2).slice(1) }), 131008, 'title'],
  ['an unknown kind', named('poll', {}), 100, "interactive['type']"],
  [
    'two flows',
    named('flow', { name: 'flow', parameters: { flow_message_version: '3', flow_cta: 'x' } }),
    100,
    'flow_id',
  ],
  [
    'a bad template name',
    { type: 'template', template: { name: 'Order Update', language: { code: 'en' } } },
    100,
    'lower case',
  ],
  [
    'a bad language',
    { type: 'template', template: { name: 'a', language: { code: 'english' } } },
    131009,
    'not supported',
  ],
  [
    'an empty parameter',
    {
      type: 'template',
      template: {
        name: 'a',
        language: { code: 'en' },
        components: [{ type: 'body', parameters: [{ type: 'text' }] }],
      },
    },
    131008,
    "['text']",
  ],
])('%s is refused', async (_, message, code, words) => {
  await using both = await startBoth()
  const { emulator } = both
  const answer = await send(emulator, message)
  const refusal = refusalOf(answer)
  expect(refusal).toMatchObject({ status: 400, code })
  expect(`${refusal.message} ${refusal.details ?? ''}`).toContain(words)
  expect(answer.body.error).toMatchObject({ type: 'OAuthException', fbtrace_id: expect.any(String) })
  expect(emulator.ledger.sent()).toEqual([])
  expect(emulator.refusals).toMatchObject([{ code, entry: { accepted: false, response: { status: 400 } } }])
})

test('emoji count as one character each', async () => {
  await using both = await startBoth()
  expect((await sendText(both.emulator, '🚀'.repeat(4096))).status).toBe(200)
  expect((await sendText(both.emulator, '🚀'.repeat(4097))).status).toBe(400)
})

test('a wrong or missing token is refused with 190 and 401', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const wrong = await send(emulator, { text: { body: 'x' } }, { token: 'stolen' })
  expect(refusalOf(wrong)).toMatchObject({ status: 401, code: 190 })
  const none = await send(emulator, { text: { body: 'x' } }, { headers: { authorization: '' } })
  expect(refusalOf(none)).toMatchObject({ status: 401, code: 190 })
  expect(JSON.stringify(emulator.ledger.requests())).not.toContain('stolen')
})

test('unknown paths, versions and numbers are refused as Graph does', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const number = emulator.account.phoneNumberId
  expect(refusalOf(await graph(emulator, `/${number}/messages`, { body: {} }))).toMatchObject({
    status: 400,
    code: 2500,
  })
  const other = await graph(emulator, '/v24.0/999/messages', { body: {} })
  expect(other.body.error).toMatchObject({ code: 100, error_subcode: 33, type: 'GraphMethodException' })
  expect((await graph(emulator, `/v24.0/${number}/nothing`, { body: {} })).status).toBe(400)
})

test('a number tells about itself what it is asked', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const { phoneNumberId: id } = emulator.account
  expect((await graph(emulator, `/v24.0/${id}`)).body).toEqual({
    id,
    verified_name: 'Emulated business',
    display_phone_number: '15550009999',
    code_verification_status: 'VERIFIED',
    quality_rating: 'GREEN',
  })
  const path = `/v24.0/${id}?fields=status,quality_rating`
  expect((await graph(emulator, path)).body).toEqual({ id, status: 'CONNECTED', quality_rating: 'GREEN' })
  const { status, body } = await graph(emulator, `/v24.0/${id}?fields=status,shoe_size`)
  expect(status).toBe(400)
  expect(body.error).toMatchObject({ code: 100, message: expect.stringContaining('shoe_size') })
})

test('a body that is no JSON object is refused', async () => {
  await using both = await startBoth()
  const { emulator } = both
  for (const [body, type] of [
    ['{"a":', 'application/json'],
    ['a=1', 'application/x-www-form-urlencoded'],
  ] as const) {
    const headers = { authorization: `Bearer ${emulator.account.accessToken}`, 'content-type': type }
    const url = `${emulator.url}/v24.0/${emulator.account.phoneNumberId}/messages`
    const response = await fetch(url, { method: 'POST', headers, body })
    expect(response.status).toBe(400)
  }
  expect(emulator.refusals).toHaveLength(2)
})

test('every configured business number can send, and only to its own name', async () => {
  const second = {
    phoneNumberId: '106540000000002',
    displayPhoneNumber: '15550008888',
    businessAccountId: '102290000000002',
  }
  await using both = await startBoth({ otherNumbers: [second] })
  const { emulator, bot } = both
  const body = { messaging_product: 'whatsapp', to: '+15550001234', text: { body: 'From the second' } }
  await graph(emulator, `/v24.0/${second.phoneNumberId}/messages`, { body })
  expect(emulator.ledger.sent()[0]?.phoneNumberId).toBe(second.phoneNumberId)
  await emulator.person().text('To the second', { via: second.phoneNumberId })
  expect(bot.values()[0]?.metadata).toEqual({
    display_phone_number: '15550008888',
    phone_number_id: '106540000000002',
  })
})

test('a read mark and a typing bubble are noted, and turn the ticks of what came before', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const alex = emulator.person()
  const first = await alex.text('one')
  const second = await alex.text('two')
  const third = await alex.text('three')
  const mark = { status: 'read', message_id: second.id, typing_indicator: { type: 'text' }, to: undefined }
  expect((await send(emulator, mark)).body).toEqual({ success: true })
  const ticks = [first, second, third].map(({ id }) => emulator.message(id)?.tick)
  expect(ticks).toEqual(['read', 'read', 'delivered'])
  expect(emulator.ledger.reads).toMatchObject([{ messageId: second.id, typing: true }])
  expect(emulator.ledger.typing).toHaveLength(1)
  expect(emulator.ledger.sent()).toEqual([])
})

test('a read mark on an unknown or own message is refused, unless ids are not checked', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const own = wamidOf(await sendText(emulator, 'mine'))
  for (const id of ['wamid.unknown', own]) {
    const answer = await send(emulator, { status: 'read', message_id: id, to: undefined })
    expect(refusalOf(answer)).toMatchObject({ status: 400, code: 131009 })
  }
  await using lenient = await startBoth({ strictMessageIds: false })
  const answer = await send(lenient.emulator, { status: 'read', message_id: 'wamid.unknown', to: undefined })
  expect(answer.body).toEqual({ success: true })
})
