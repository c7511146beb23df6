import { describe, expect, test } from 'vitest'
import { clientIdOf } from '../ids.js'
import { chat, contentOf, eventOf, me, message, now, seconds } from './samples.test.support.js'

const file = (mimetype: string | null, fields: object = {}) => ({
  hasMedia: true,
  body: null,
  media: {
    url: 'http://waha.internal:3000/api/files/default/1.bin',
    mimetype,
    filename: null,
    error: null,
    ...fields,
  },
})

describe('files', () => {
  test.each<[type: string, mimetype: string | null, data: object]>([
    ['image', 'image/jpeg', {}],
    ['video', 'video/mp4', {}],
    ['audio', 'audio/mpeg', {}],
    ['audio', 'audio/ogg', {}],
    ['voice', 'audio/ogg; codecs=opus', {}],
    ['document', 'application/pdf', {}],
    ['document', null, {}],
    ['image', 'image/webp', {}],
    // What the engine says is finer.
    ['sticker', 'image/webp', { Info: { MediaType: 'sticker' } }],
    ['sticker', 'image/webp', { type: 'sticker' }],
    ['sticker', 'image/webp', { message: { stickerMessage: { mimetype: 'image/webp' } } }],
    ['voice', 'audio/mp4', { Info: { Type: 'media', MediaType: 'ptt' } }],
    ['voice', 'audio/mp4', { type: 'ptt' }],
    ['voice', 'audio/mp4', { message: { audioMessage: { ptt: true } } }],
    ['voice', 'audio/mp4', { Message: { audioMessage: { PTT: true } } }],
    ['audio', 'audio/ogg; codecs=opus', { Message: { audioMessage: { PTT: false } } }],
    ['document', 'image/png', { Message: { documentMessage: { fileName: 'plan.png' } } }],
    ['image', null, { Message: { imageMessage: {} } }],
    ['image', null, { message: { viewOnceMessageV2: { message: { imageMessage: {} } } } }],
    [
      'document',
      'video/mp4',
      { message: { documentWithCaptionMessage: { message: { documentMessage: {} } } } },
    ],
    ['video', 'video/mp4', { Info: { MediaType: 'gif' } }],
  ])('%s: %s %j', (type, mimetype, _data) => {
    const content = contentOf({ ...file(mimetype), _data })
    expect(content).toMatchObject({
      type,
      media: { url: 'http://waha.internal:3000/api/files/default/1.bin' },
    })
    expect(content).not.toHaveProperty('caption')
  })

  test('a document has its name, and the body is the caption', () => {
    expect(contentOf({ ...file('application/pdf', { filename: 'tea.pdf' }), body: 'The menu' })).toEqual({
      type: 'document',
      media: {
        url: 'http://waha.internal:3000/api/files/default/1.bin',
        mimeType: 'application/pdf',
        filename: 'tea.pdf',
      },
      caption: 'The menu',
    })
  })

  test('what WAHA did not download is media without an address', () => {
    expect(contentOf({ hasMedia: true, media: null, body: 'See' })).toEqual({
      type: 'document',
      media: {},
      caption: 'See',
    })
    const _data = { Message: { imageMessage: { mimetype: 'image/jpeg' } } }
    expect(contentOf({ hasMedia: true, media: { url: null, error: 'gone' }, body: null, _data })).toEqual({
      type: 'image',
      media: { mimeType: 'image/jpeg' },
    })
  })
})

test('a location, in texts or numbers', () => {
  const location = { latitude: '48.1', longitude: '11.5', name: 'Tea House', address: 'Gasse 1', url: null }
  const expected = {
    type: 'location',
    latitude: 48.1,
    longitude: 11.5,
    name: 'Tea House',
    address: 'Gasse 1',
  }
  expect(contentOf({ body: null, location })).toEqual(expected)
  expect(contentOf({ location: { ...location, latitude: 48.1 } })).toEqual(expected)
  expect(contentOf({ body: 'x', location: { latitude: 'north', longitude: '' } })).toEqual({
    type: 'text',
    text: 'x',
  })
})

describe('contact cards', () => {
  test('with numbers, mail and company, folded and escaped', () => {
    const card = [
      'BEGIN:VCARD',
      'VERSION:3.0',
      'N:Berg;Ida;;;',
      'FN:Ida Berg\\, Dr.',
      'ORG:Tea House\\; Munich;',
      'item1.TEL;type=CELL;waid=4915155500003:+49 1515 550',
      ' 0003',
      'TEL;TYPE=WORK:0800 TEA',
      'EMAIL;TYPE=INTERNET:ida@tea.example',
      'END:VCARD',
    ].join('\r\n')
    expect(contentOf({ body: null, vCards: [card, 7, 'rubbish'] })).toEqual({
      type: 'contacts',
      contacts: [
        {
          name: 'Ida Berg, Dr.',
          phones: ['+4915155500003', '0800 TEA'],
          emails: ['ida@tea.example'],
          organisation: 'Tea House; Munich',
        },
      ],
    })
  })

  test('none: the text counts', () => {
    expect(contentOf({ vCards: [], body: 'hi' })).toEqual({ type: 'text', text: 'hi' })
  })
})

describe('polls and taps', () => {
  const options = ['Green', 'Black']

  test.each<[engine: string, data: object]>([
    [
      'GOWS',
      {
        Message: {
          pollCreationMessageV3: { name: 'Tea?', options: options.map(optionName => ({ optionName })) },
        },
      },
    ],
    [
      'NOWEB',
      {
        message: {
          pollCreationMessage: { name: 'Tea?', options: options.map(optionName => ({ optionName })) },
        },
      },
    ],
    ['WEBJS', { type: 'poll_creation', pollName: 'Tea?', pollOptions: options.map(name => ({ name })) }],
  ])('a poll of %s', (_engine, _data) => {
    expect(contentOf({ body: null, _data })).toEqual({ type: 'poll', question: 'Tea?', options })
  })

  test.each<[what: string, data: object]>([
    [
      'button',
      { Message: { buttonsResponseMessage: { selectedButtonID: 'g', selectedDisplayText: 'Green' } } },
    ],
    [
      'button',
      { message: { buttonsResponseMessage: { selectedButtonId: 'g', selectedDisplayText: 'Green' } } },
    ],
    [
      'template',
      { message: { templateButtonReplyMessage: { selectedId: 'g', selectedDisplayText: 'Green' } } },
    ],
    [
      'row',
      { message: { listResponseMessage: { title: 'Green', singleSelectReply: { selectedRowId: 'g' } } } },
    ],
    ['WEBJS button', { type: 'buttons_response', selectedButtonId: 'g' }],
    ['WEBJS row', { type: 'list_response', listResponse: { singleSelectReply: { selectedRowId: 'g' } } }],
  ])('a tap: %s', (_what, _data) => {
    expect(contentOf({ body: 'Green', _data })).toEqual({ type: 'button', text: 'Green', payload: 'g' })
  })
})

describe('words', () => {
  test('of the engine, where WAHA left them out', () => {
    expect(contentOf({ body: null, _data: { Message: { conversation: 'hi' } } })).toEqual({
      type: 'text',
      text: 'hi',
    })
    const _data = { message: { ephemeralMessage: { message: { extendedTextMessage: { text: 'hi' } } } } }
    expect(contentOf({ body: '', _data })).toEqual({ type: 'text', text: 'hi' })
  })

  test('none at all: unsupported, with the name of the kind', () => {
    expect(contentOf({ body: null })).toEqual({ type: 'unsupported' })
    expect(contentOf({ body: '', _data: { Info: { Type: 'text' } } })).toEqual({ type: 'unsupported' })
    const _data = { Message: { messageContextInfo: {}, orderMessage: { itemCount: 1 } } }
    expect(contentOf({ body: null, _data })).toEqual({ type: 'unsupported', kind: 'orderMessage' })
  })

  test('of WhatsApp itself are never answered', () => {
    expect(contentOf({ body: '', _data: { type: 'e2e_notification' } })).toEqual({
      type: 'system',
      text: '',
      event: 'e2e_notification',
    })
  })
})

test('quotes and forwards', () => {
  const replyTo = { id: '3EBQUOTED', participant: '493055500100@c.us', body: 'Green?' }
  const ours = { quotedId: '3EBQUOTED', quotesUs: true }
  expect(eventOf('message', message({ replyTo }))).toMatchObject(ours)
  expect(eventOf('message', message({ replyTo: { ...replyTo, participant: me.lid } }))).toMatchObject(ours)
  const full = { id: 'true_4915155500001@c.us_3EBQUOTED' }
  expect(eventOf('message', message({ replyTo: full }))).toMatchObject(ours)
  const byId = eventOf('message', message({ replyTo: { id: clientIdOf('outbound-1') } }))
  expect(byId).toMatchObject({ quotesUs: true })
  for (const participant of [chat, null, undefined, {}]) {
    const theirs = eventOf('message', message({ replyTo: { id: '3EBQUOTED', participant } }))
    expect(theirs).toMatchObject({ quotedId: '3EBQUOTED' })
    expect(theirs).not.toHaveProperty('quotesUs')
  }
  expect(eventOf('message', message({ replyTo: {} }))).not.toHaveProperty('quotedId')
  expect(eventOf('message', message())).not.toHaveProperty('forwarded')
  expect(eventOf('message', message({ _data: { isForwarded: true } }))).toMatchObject({ forwarded: true })
  const contextInfo = { isForwarded: true }
  const _data = { Message: { extendedTextMessage: { text: 'x', contextInfo } } }
  expect(eventOf('message', message({ _data }))).toMatchObject({ forwarded: true })
})

test.each<[given: unknown, sentAt: number | undefined]>([
  [seconds, now],
  [seconds + 0.5, now + 500],
  [now, now],
  [String(seconds), now],
  [`${seconds}.25`, now + 250],
  [0, undefined],
  [-1, undefined],
  ['yesterday', undefined],
  [seconds * 2, undefined],
  [{ low: seconds }, undefined],
])('the time %j', (timestamp, sentAt) => {
  expect((eventOf('message', message({ timestamp })) as { sentAt?: number }).sentAt).toBe(sentAt)
})
