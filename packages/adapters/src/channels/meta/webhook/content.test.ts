import { describe, expect, test } from 'vitest'
import { contentOf, eventOf } from './samples.test.support.js'

describe('text', () => {
  test('is taken as it is', () => {
    expect(contentOf({})).toEqual({ type: 'text', text: 'Is the shop open today?' })
    expect(contentOf({ text: { body: '' } })).toEqual({ type: 'text', text: '' })
    expect(contentOf({ text: { body: 'a\u0000b\ud800' } })).toEqual({ type: 'text', text: 'a\u0000b\ud800' })
  })
})

describe('media', () => {
  const image = {
    id: '8800000000000001',
    mime_type: 'image/jpeg',
    sha256: 'c2FtcGxl',
    url: 'https://media.example/8800000000000001',
  }

  test('keep what is needed to fetch them', () => {
    expect(contentOf({ type: 'image', image: { ...image, caption: 'The dent' } })).toEqual({
      type: 'image',
      caption: 'The dent',
      media: {
        id: '8800000000000001',
        url: 'https://media.example/8800000000000001',
        mimeType: 'image/jpeg',
        sha256: 'c2FtcGxl',
      },
    })
    expect(contentOf({ type: 'document', document: { id: '2', filename: 'offer.pdf' } })).toEqual({
      type: 'document',
      media: { id: '2', filename: 'offer.pdf' },
    })
    expect(contentOf({ type: 'video', video: { id: 3 } })).toEqual({ type: 'video', media: { id: '3' } })
    expect(contentOf({ type: 'sticker', sticker: { id: '4', animated: true } })).toEqual({
      type: 'sticker',
      media: { id: '4' },
    })
  })

  test('a recorded sound is a voice note', () => {
    expect(contentOf({ type: 'audio', audio: { id: '5', voice: true } }).type).toBe('voice')
    expect(contentOf({ type: 'audio', audio: { id: '5', voice: false } }).type).toBe('audio')
    expect(contentOf({ type: 'audio', audio: { id: '5' } }).type).toBe('audio')
  })

  const tooLarge = [{ code: 131052, title: 'Media download error', error_data: { details: 'Over 100 MB.' } }]

  test('that Meta could not fetch are kept with the reason', () => {
    const fields = { type: 'document', document: { filename: 'all.zip' }, errors: tooLarge }
    expect(contentOf(fields)).toEqual({ type: 'unsupported', kind: 'document', reason: 'Over 100 MB.' })
    expect(contentOf({ type: 'image', image: null })).toEqual({ type: 'unsupported', kind: 'image' })
  })

  test('that Meta could not fetch still say their caption', () => {
    const fields = { type: 'video', video: { caption: 'See 0:12' }, errors: tooLarge }
    expect(contentOf(fields)).toEqual({ type: 'video', media: {}, caption: 'See 0:12' })
  })
})

describe('locations, contacts, orders', () => {
  test('a place', () => {
    const location = {
      latitude: 52.5,
      longitude: 13.4,
      name: 'Yard',
      address: '',
      url: 'https://yard.example',
    }
    expect(contentOf({ type: 'location', location })).toEqual({
      type: 'location',
      latitude: 52.5,
      longitude: 13.4,
      name: 'Yard',
      url: 'https://yard.example',
    })
    expect(contentOf({ type: 'location', location: { latitude: '52.5', longitude: '-0' } })).toEqual({
      type: 'location',
      latitude: 52.5,
      longitude: -0,
    })
  })

  test('a place without coordinates is none', () => {
    expect(contentOf({ type: 'location', location: { latitude: 'north', longitude: 1 } }).type).toBe(
      'unsupported',
    )
  })

  test('contact cards', () => {
    const contacts = [
      { name: { formatted_name: 'Ida Moor' }, phones: [{ phone: '0151 555 00002', wa_id: '4915155500002' }] },
      { name: { first_name: 'Jon', last_name: 'Feld' }, phones: [{ phone: '0151 555 00003' }, null, {}] },
      {
        org: { company: 'Feld & Co', title: 'Baker' },
        emails: [{ email: 'jon@feld.example', type: 'WORK' }, { email: '' }, null, 'x'],
      },
      { org: 'Feld & Co', emails: 'jon@feld.example' },
      'nonsense',
    ]
    expect(contentOf({ type: 'contacts', contacts })).toEqual({
      type: 'contacts',
      contacts: [
        { name: 'Ida Moor', phones: ['+4915155500002'] },
        { name: 'Jon Feld', phones: ['0151 555 00003'] },
        { phones: [], emails: ['jon@feld.example'], organisation: 'Feld & Co' },
        { phones: [] },
      ],
    })
    expect(contentOf({ type: 'contacts', contacts: [] }).type).toBe('unsupported')
  })

  test('a cart', () => {
    const order = {
      catalog_id: 5500000001,
      text: 'As a gift',
      product_items: [
        { product_retailer_id: 'mug-2', quantity: '3', item_price: 7.5, currency: 'EUR' },
        { product_retailer_id: 'card-1', quantity: 1 },
        { quantity: 1 },
        null,
      ],
    }
    expect(contentOf({ type: 'order', order })).toEqual({
      type: 'order',
      catalogId: '5500000001',
      text: 'As a gift',
      items: [
        { productId: 'mug-2', quantity: 3, price: 7.5, currency: 'EUR' },
        { productId: 'card-1', quantity: 1 },
      ],
    })
    expect(contentOf({ type: 'order', order: {} }).type).toBe('unsupported')
  })
})

describe('answers to interactive messages', () => {
  test('a button, a row, a quick reply', () => {
    const button = { type: 'button_reply', button_reply: { id: 'slot-9', title: 'At nine' } }
    expect(contentOf({ type: 'interactive', interactive: button })).toEqual({
      type: 'button',
      text: 'At nine',
      payload: 'slot-9',
    })
    const row = {
      type: 'list_reply',
      list_reply: { id: 'row-1', title: 'By bike', description: 'Two hours' },
    }
    expect(contentOf({ type: 'interactive', interactive: row })).toEqual({
      type: 'button',
      text: 'By bike',
      payload: 'row-1',
    })
    expect(contentOf({ type: 'button', button: { payload: 'stop-7', text: 'No more news' } })).toEqual({
      type: 'button',
      text: 'No more news',
      payload: 'stop-7',
    })
    expect(contentOf({ type: 'button', button: { text: 'Yes' } })).toEqual({ type: 'button', text: 'Yes' })
    expect(contentOf({ type: 'button', button: { payload: 'yes' } })).toEqual({
      type: 'button',
      text: 'yes',
      payload: 'yes',
    })
  })

  const flow = (response_json: unknown) => ({
    type: 'interactive',
    interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json } },
  })

  test('a form', () => {
    expect(contentOf(flow('{"guests":4,"window":true}'))).toEqual({
      type: 'form',
      name: 'flow',
      data: { guests: 4, window: true },
    })
  })

  test('a form that is not JSON, or nests without end, stays text', () => {
    expect(contentOf(flow('{"guests":'))).toMatchObject({ type: 'form', data: '{"guests":' })
    const deep = '['.repeat(20_000) + ']'.repeat(20_000)
    expect(contentOf(flow(deep))).toMatchObject({ type: 'form', data: deep })
  })

  test('a form without an answer is unsupported', () => {
    expect(contentOf(flow(undefined))).toEqual({ type: 'unsupported', kind: 'nfm_reply' })
  })

  test('a calling permission is not a chat text', () => {
    const reply = { type: 'call_permission_reply', call_permission_reply: { response: 'reject' } }
    expect(contentOf({ type: 'interactive', interactive: reply })).toEqual({
      type: 'system',
      text: 'Call permission: reject',
      event: 'call_permission_reply',
    })
  })

  test('a kind that is not known is kept under its own name', () => {
    expect(contentOf({ type: 'interactive', interactive: { type: 'address_message' } })).toEqual({
      type: 'unsupported',
      kind: 'address_message',
    })
  })
})

describe('what cannot be told', () => {
  test('keeps the name of its kind', () => {
    expect(contentOf({ type: 'hologram', hologram: { id: '1' } })).toEqual({
      type: 'unsupported',
      kind: 'hologram',
    })
    expect(contentOf({ type: 'text', text: 'Hello' })).toEqual({ type: 'unsupported', kind: 'text' })
    expect(contentOf({ type: undefined })).toEqual({ type: 'unsupported' })
    expect(contentOf({ type: 7 })).toEqual({ type: 'unsupported' })
  })

  test('keeps the reason', () => {
    const errors = [{ code: 131051, title: 'Unknown', message: 'Message type unknown' }]
    expect(contentOf({ type: 'unsupported', unsupported: { type: 'poll' }, errors })).toEqual({
      type: 'unsupported',
      kind: 'poll',
      reason: 'Message type unknown',
    })
    expect(contentOf({ type: 'unsupported', errors: [{ code: 131051, error_data: 'Not for you' }] })).toEqual(
      {
        type: 'unsupported',
        reason: 'Not for you',
      },
    )
    expect(contentOf({ type: 'unsupported', errors: [{ code: 131051 }] })).toMatchObject({
      reason: 'error 131051',
    })
    expect(contentOf({ type: 'unsupported', errors: [{}] })).toMatchObject({ reason: 'error unknown' })
  })

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'is not confused by the type %s',
    type => {
      expect(contentOf({ type })).toEqual({ type: 'unsupported', kind: type })
    },
  )
})

test('opening the chat for the first time is not a message to answer', () => {
  expect(contentOf({ type: 'request_welcome' })).toMatchObject({ type: 'system', event: 'request_welcome' })
})

describe('references', () => {
  test('a reply names the message it quotes', () => {
    const event = eventOf({ context: { from: '493055500100', id: 'wamid.ours' } })
    expect(event).toMatchObject({ quotedId: 'wamid.ours', quotesUs: true })
    expect(event).not.toHaveProperty('forwarded')
  })

  test.each(['4915155500002', '', undefined, null, {}])('a quote of %j’s is not one of ours', from => {
    expect(eventOf({ context: { from, id: 'wamid.theirs' } })).not.toHaveProperty('quotesUs')
    expect(eventOf({ context: { from: '493055500100', forwarded: true } })).not.toHaveProperty('quotesUs')
  })

  test('a forward is one, often forwarded or not', () => {
    expect(eventOf({ context: { forwarded: true } })).toMatchObject({ forwarded: true })
    expect(eventOf({ context: { frequently_forwarded: true } })).toMatchObject({ forwarded: true })
    expect(eventOf({ context: { forwarded: true } })).not.toHaveProperty('quotedId')
    expect(eventOf({ context: { forwarded: false } })).not.toHaveProperty('forwarded')
  })

  test('products and ads that a message came from stay in raw', () => {
    const context = { id: 'wamid.ours', referred_product: { catalog_id: '1', product_retailer_id: 'mug-2' } }
    const referral = { source_type: 'ad', source_id: '12', ctwa_clid: 'click' }
    expect(eventOf({ context, referral })).toMatchObject({ raw: { message: { context, referral } } })
  })
})
