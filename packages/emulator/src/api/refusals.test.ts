import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isObject } from '../json.js'
import { startEmulator } from '../start-emulator.js'

// Words that the providers know, so that chance gets past the first check now and then.
const word = fc.constantFrom(
  '15550001234',
  '15550001234@s.whatsapp.net',
  '15550001234@c.us',
  '100000000000017@lid',
  '100000000000017:2@lid',
  '120363000000000001@g.us',
  'default',
  'button',
  'quick_reply',
  'data:;base64,',
  'data:image/png;name=%;base64,aGk=',
  'https://%/',
  'see https://[ and http://x',
  'true_15550001234@c.us_3EB000',
  '👍',
  '',
)
const keys = [
  ...[
    'to',
    'body',
    'media',
    'quoted',
    'edit',
    'caption',
    'title',
    'options',
    'count',
    'action',
    'list',
    'vcard',
    'name',
  ],
  ...[
    'latitude',
    'longitude',
    'emoji',
    'presence',
    'webhooks',
    'url',
    'events',
    'buttons',
    'sections',
    'rows',
    'type',
    'id',
  ],
  ...[
    'session',
    'chatId',
    'text',
    'file',
    'data',
    'mimetype',
    'filename',
    'convert',
    'poll',
    'multipleAnswers',
  ],
  ...[
    'contacts',
    'fullName',
    'phoneNumber',
    'messageId',
    'messageIds',
    'reaction',
    'reply_to',
    'config',
    'label',
  ],
]
const { json } = fc.letrec(tie => ({
  json: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.boolean(),
    fc.double(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom(...keys), tie('json'), { maxKeys: 8 }),
}))
/** Every member that some request needs, so that what is overwritten is what decides. */
const complete = {
  to: '15550001234',
  body: 'Hello',
  media: 'data:image/png;base64,aGk=',
  title: 'When?',
  options: ['Mon'],
  latitude: 1,
  longitude: 2,
  name: 'Dana Fox',
  vcard: 'BEGIN:VCARD',
  list: [{ name: 'Dana Fox', vcard: 'BEGIN:VCARD' }],
  action: { buttons: [{ type: 'quick_reply', title: 'Yes', id: 'y' }] },
  presence: 'typing',
  session: 'default',
  chatId: '15550001234@c.us',
  text: 'Hello',
  file: { mimetype: 'image/png', filename: 'a.png', data: 'aGk=' },
  convert: true,
  poll: { name: 'When?', options: ['Mon'], multipleAnswers: false },
  contacts: [{ vcard: 'BEGIN:VCARD' }],
  messageId: 'true_15550001234@c.us_3EB000',
  reaction: '👍',
}
const body = fc
  .dictionary(fc.constantFrom(...keys), json, { maxKeys: 3 })
  .map(given => ({ ...complete, ...given }) as Record<string, unknown>)

const kinds = [
  'text',
  'image',
  'voice',
  'location',
  'contact',
  'contact_list',
  'poll',
  'interactive',
  'link_preview',
]
const whapiRequests = fc.oneof(
  fc.tuple(fc.constant('POST'), fc.constantFrom(...kinds.map(kind => `/messages/${kind}`), '/media')),
  fc.tuple(
    fc.constant('PUT'),
    fc.constantFrom('/presences/15550001234', '/messages/x/reaction', '/messages/%E0'),
  ),
  fc.tuple(fc.constant('PATCH'), fc.constant('/settings')),
  fc.tuple(
    fc.constantFrom('GET', 'DELETE'),
    fc.constantFrom('/messages/list', '/messages/x', '/media/y', '/chats/z'),
  ),
)
const sends = [
  'sendText',
  'sendImage',
  'sendFile',
  'sendVoice',
  'sendVideo',
  'sendLocation',
  'sendContactVcard',
  'sendPoll',
]
const wahaRequests = fc.oneof(
  fc.tuple(
    fc.constant('POST'),
    fc.constantFrom(...sends, 'sendSeen', 'startTyping', 'default/presence', 'sessions'),
  ),
  fc.tuple(
    fc.constant('PUT'),
    fc.constantFrom('reaction', 'sessions/default', 'default/chats/15550001234%40c.us/messages/x'),
  ),
  fc.tuple(
    fc.constantFrom('GET', 'DELETE'),
    fc.constantFrom(
      'default/chats/%E0/messages',
      'default/chats/x/messages?limit=1',
      'default/lids/1',
      'files/default/x',
    ),
  ),
)

test('whatever a bot sends to Whapi is answered in Whapi’s words, and is not the emulator’s own mistake', async () => {
  await using emulator = await startEmulator({ whapi: {}, statuses: false, strictMessageIds: false })
  const { url, token } = emulator.whapi
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const property = fc.asyncProperty(whapiRequests, body, async ([method, path], given) => {
    // Playing the typing would take as long as it says.
    const sent = { ...given, typing_time: undefined, recording_time: undefined }
    const withBody = method !== 'GET' && { body: JSON.stringify(sent) }
    const response = await fetch(url + path, { method, headers, ...withBody })
    const answer: unknown = path === '/media/y' ? {} : await response.json()
    expect(response.status, JSON.stringify(answer)).toBeLessThan(500)
    if (response.status < 400 || !isObject(answer) || path === '/media/y') return
    expect(answer.error).toMatchObject({ code: response.status, message: expect.any(String) })
  })
  await fc.assert(property, { numRuns: 300 })
  expect(emulator.ledger.requests().filter(entry => entry.outcome !== 'answered')).toEqual([])
})

test('whatever a bot sends to WAHA is answered in WAHA’s words, and is not the emulator’s own mistake', async () => {
  await using emulator = await startEmulator({ waha: {}, statuses: false, strictMessageIds: false })
  const { url, apiKey } = emulator.waha
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' }
  const property = fc.asyncProperty(wahaRequests, body, async ([method, path], given) => {
    const withBody = method !== 'GET' && { body: JSON.stringify(given) }
    const response = await fetch(`${url}/api/${path}`, { method, headers, ...withBody })
    const answer = (await response.json()) as Record<string, unknown> | null
    if (response.status === 500)
      expect(answer?.exception).toMatchObject({
        message: expect.stringMatching(/^2 UNKNOWN: (no LID|group)/),
      })
    else if (response.status >= 400 && path !== 'files/default/x')
      expect(answer).toMatchObject({ statusCode: response.status, message: expect.any(String) })
  })
  await fc.assert(property, { numRuns: 300 })
  expect(emulator.ledger.requests().filter(entry => entry.outcome !== 'answered')).toEqual([])
})

test('texts and media of any form are taken or refused, from bots and from people', async () => {
  const parts = [
    'https://',
    'http://',
    '[',
    '%',
    '%E0',
    'x.y',
    ' ',
    '@',
    ':',
    '/',
    '?',
    'data:',
    ';base64,',
    'name=',
    ',',
  ]
  const text = fc.array(fc.constantFrom(...parts, '👍', '_'), { maxLength: 8 }).map(each => each.join(''))
  const take = () => new Response('', { status: 200 })
  const options = { whapi: { webhook: take }, waha: { webhook: take }, statuses: false } as const
  await using emulator = await startEmulator(options)
  const { whapi, waha } = emulator
  async function post(path: string, headers: Record<string, string>, given: object): Promise<number> {
    const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
    return (await fetch(emulator.url + path, { ...init, body: JSON.stringify(given) })).status
  }
  const bearer = { authorization: `Bearer ${whapi.token}` }
  const key = { 'x-api-key': waha.apiKey }
  const address = { session: 'default', chatId: '15550001234@c.us' }
  const property = fc.asyncProperty(text, async words => {
    expect(await post('/messages/text', bearer, { to: '15550001234', body: words })).toBe(200)
    expect([200, 400, 404]).toContain(
      await post('/messages/image', bearer, { to: '15550001234', media: words }),
    )
    expect(await post('/api/sendText', key, { ...address, text: words })).toBe(201)
    const file = { mimetype: words, data: words, filename: words }
    expect(await post('/api/sendFile', key, { ...address, file })).toBe(201)
    for (const via of ['whapi', 'waha'])
      expect(await emulator.person().text(words, { via })).toMatchObject({ delivered: true })
  })
  await fc.assert(property, { numRuns: 150 })
})
