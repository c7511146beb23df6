import { describe, expect, test } from 'vitest'
import { contentOf } from './samples.test.support.js'

const file = { id: 'jpeg-00aa-11bb', mime_type: 'image/jpeg', file_size: 9, sha256: 'c2FtcGxl' }
const media = { id: 'jpeg-00aa-11bb', mimeType: 'image/jpeg', sha256: 'c2FtcGxl' }

test('texts, with links or without', () => {
  expect(contentOf({})).toEqual({ type: 'text', text: 'Is the shop open today?' })
  const link = { body: 'see https://shop.example/mugs', url: 'https://shop.example/mugs', title: 'Mugs' }
  expect(contentOf({ type: 'link_preview', link_preview: link })).toEqual({ type: 'text', text: link.body })
})

describe('files', () => {
  test.each([
    ['image', 'image'],
    ['video', 'video'],
    ['gif', 'video'],
    ['short', 'video'],
    ['audio', 'audio'],
    ['voice', 'voice'],
    ['document', 'document'],
    ['sticker', 'sticker'],
  ])('%s is %s', (type, kind) => {
    expect(contentOf({ type, [type]: file })).toEqual({ type: kind, media })
  })

  test('with a link when the channel downloads by itself, and both spellings of the name', () => {
    const link = 'https://files.example/in/1.pdf'
    const named = { ...file, link, caption: 'Signed', filename: 'a.pdf' }
    const expected = {
      type: 'document',
      media: { ...media, url: link, filename: 'a.pdf' },
      caption: 'Signed',
    }
    expect(contentOf({ type: 'document', document: named })).toEqual(expected)
    const { filename, ...rest } = named
    expect(contentOf({ type: 'document', document: { ...rest, file_name: filename } })).toEqual(expected)
    expect(contentOf({ type: 'documentWithCaption', document: named })).toEqual(expected)
  })

  test('with nothing to fetch count by their words', () => {
    expect(contentOf({ type: 'image', image: { caption: 'Broken' } })).toEqual({
      type: 'image',
      media: {},
      caption: 'Broken',
    })
    expect(contentOf({ type: 'image', image: {} })).toEqual({ type: 'unsupported', kind: 'image' })
    expect(contentOf({ type: 'image' })).toEqual({ type: 'unsupported', kind: 'image' })
  })
})

test('places', () => {
  const location = {
    latitude: 52.5,
    longitude: '13.4',
    name: 'Café',
    address: 'Hof 3',
    url: 'https://c.example',
  }
  expect(contentOf({ type: 'location', location })).toEqual({
    ...location,
    type: 'location',
    longitude: 13.4,
  })
  expect(
    contentOf({ type: 'live_location', live_location: { latitude: 1, longitude: 2, caption: 'On my way' } }),
  ).toEqual({ type: 'location', latitude: 1, longitude: 2, name: 'On my way' })
  expect(contentOf({ type: 'location', location: { latitude: 'north', longitude: 2 } })).toEqual({
    type: 'unsupported',
    kind: 'location',
  })
})

test('contacts', () => {
  const card = (name: string, tel: string) => ({
    name,
    vcard: `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\n${tel}\nEND:VCARD`,
  })
  const dana = card('Dana Fox', 'TEL;type=CELL;waid=4915155500007:+49 151 55500007')
  expect(contentOf({ type: 'contact', contact: dana })).toEqual({
    type: 'contacts',
    contacts: [{ name: 'Dana Fox', phones: ['+4915155500007'] }],
  })
  const list = [card('Ida', 'TEL:030 555 0100'), null, dana, {}]
  expect(contentOf({ type: 'contact_list', contact_list: { list } })).toEqual({
    type: 'contacts',
    contacts: [
      { name: 'Ida', phones: ['030 555 0100'] },
      { name: 'Dana Fox', phones: ['+4915155500007'] },
    ],
  })
  expect(contentOf({ type: 'contact_list', contact_list: { list: [] } })).toMatchObject({
    type: 'unsupported',
  })
})

test('answers to buttons and lists, with the id that we gave', () => {
  const reply = (fields: object) => contentOf({ type: 'reply', reply: fields })
  expect(reply({ type: 'buttons_reply', buttons_reply: { id: 'ButtonsV3:yes', title: 'Yes' } })).toEqual({
    type: 'button',
    text: 'Yes',
    payload: 'yes',
  })
  expect(
    reply({ type: 'list_reply', list_reply: { id: 'ListV3:a:b', title: 'A', description: '1' } }),
  ).toEqual({ type: 'button', text: 'A', payload: 'a:b' })
  expect(reply({ buttons_reply: { id: 'plain' } })).toEqual({
    type: 'button',
    text: 'plain',
    payload: 'plain',
  })
  expect(reply({ type: 'buttons_reply', buttons_reply: { id: 'ButtonsV3:' } })).toMatchObject({
    type: 'unsupported',
  })
})

test('polls and orders', () => {
  expect(
    contentOf({ type: 'poll', poll: { title: 'When?', options: ['Mon', 'Tue', 3], vote_limit: 1 } }),
  ).toEqual({ type: 'poll', question: 'When?', options: ['Mon', 'Tue'] })
  expect(contentOf({ type: 'order', order: { order_id: '1', title: 'Cart', item_count: 2 } })).toEqual({
    type: 'order',
    text: 'Cart',
    items: [],
  })
})

test('what WhatsApp says itself is never answered', () => {
  expect(contentOf({ type: 'system', subtype: 'e2e', system: { body: 'Encrypted' } })).toEqual({
    type: 'system',
    text: 'Encrypted',
    event: 'e2e',
  })
  expect(contentOf({ type: 'system' })).toEqual({ type: 'system', text: '' })
  expect(contentOf({ type: 'call', call: { status: 'missed' } })).toEqual({
    type: 'system',
    text: 'Call: missed',
    event: 'call',
  })
  expect(contentOf({ type: 'pin' })).toMatchObject({ type: 'system', event: 'pin' })
})

test('invitations and messages of other businesses are their words', () => {
  const text = (words: string) => ({ type: 'text', text: words })
  expect(contentOf({ type: 'group_invite', group_invite: { body: 'Join us' } })).toEqual(text('Join us'))
  expect(contentOf({ type: 'hsm', hsm: { body: 'Your order' } })).toEqual(text('Your order'))
  expect(contentOf({ type: 'interactive', interactive: { body: { text: 'Pick' } } })).toEqual(text('Pick'))
  expect(contentOf({ type: 'buttons', buttons: { text: 'Pick' } })).toEqual(text('Pick'))
})

test.each([
  'story',
  'product',
  'event',
  'group_invite',
  'interactive',
  'hologram',
  'unknown',
  'poll',
  'reply',
])('what cannot be told is kept: %s', type => {
  expect(contentOf({ type, [type]: { product_id: '1' } })).toEqual({ type: 'unsupported', kind: type })
})

test('a kind without a name', () => {
  expect(contentOf({ type: undefined })).toEqual({ type: 'unsupported' })
  expect(contentOf({ type: 7 })).toEqual({ type: 'unsupported' })
  expect(contentOf({ type: 'unknown', subtype: 'future' })).toEqual({ type: 'unsupported', kind: 'future' })
  expect(contentOf({ type: '__proto__' })).toEqual({ type: 'unsupported', kind: '__proto__' })
})
