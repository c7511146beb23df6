import type { OutboundContent } from '@switchboard/core'
import { SwitchboardError } from '@switchboard/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentPart } from './content.js'

const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ id: `row-${from + index}`, title: `Row ${from + index}` }))

const buttons = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `b-${index}`, title: `Button ${index}` }))

const link = 'https://files.example/tea'

describe('what is sent', () => {
  test.each<[what: string, content: OutboundContent, part: object]>([
    [
      'an image by id, with a caption',
      { type: 'image', media: { id: '17' }, caption: 'Our shop' },
      { type: 'image', image: { id: '17', caption: 'Our shop' } },
    ],
    [
      'a file that has both an id and an address by its id',
      { type: 'video', media: { id: '17', url: link, mimeType: 'video/mp4' } },
      { type: 'video', video: { id: '17' } },
    ],
    ['a sound', { type: 'audio', media: { url: link } }, { type: 'audio', audio: { link } }],
    [
      'a voice note',
      { type: 'voice', media: { id: '17' } },
      { type: 'audio', audio: { id: '17', voice: true } },
    ],
    [
      'a document with its name',
      { type: 'document', media: { url: link, filename: 'tea.pdf' }, caption: 'Prices' },
      { type: 'document', document: { link, filename: 'tea.pdf', caption: 'Prices' } },
    ],
    [
      'a sticker, whose file name is of no use',
      { type: 'sticker', media: { id: '17', filename: 'cup.webp' } },
      { type: 'sticker', sticker: { id: '17' } },
    ],
    [
      'a place',
      { type: 'location', latitude: -90, longitude: 180, name: 'South Pole' },
      { type: 'location', location: { latitude: -90, longitude: 180, name: 'South Pole' } },
    ],
    ['a reaction', { type: 'reaction', targetId: 'wamid.1', emoji: '🍵' }, reaction('🍵')],
    ['a reaction taken back', { type: 'reaction', targetId: 'wamid.1' }, reaction('')],
    [
      'a contact with all that is known',
      {
        type: 'contacts',
        contacts: [
          {
            name: 'Mara van der Lind',
            phones: ['+4915155500001', '030 555 00100'],
            emails: ['mara@tea.example'],
            organisation: 'Tea & Co',
          },
        ],
      },
      {
        type: 'contacts',
        contacts: [
          {
            name: { formatted_name: 'Mara van der Lind', first_name: 'Mara', last_name: 'van der Lind' },
            phones: [{ phone: '+4915155500001', wa_id: '4915155500001' }, { phone: '030 555 00100' }],
            emails: [{ email: 'mara@tea.example' }],
            org: { company: 'Tea & Co' },
          },
        ],
      },
    ],
    [
      'a contact without a name',
      { type: 'contacts', contacts: [{ phones: ['110'] }] },
      {
        type: 'contacts',
        contacts: [{ name: { formatted_name: '110', first_name: '110' }, phones: [{ phone: '110' }] }],
      },
    ],
    [
      'a template',
      { type: 'template', name: 'order_update', language: 'de', text: 'Your order is on its way' },
      { type: 'template', template: { name: 'order_update', language: { code: 'de' } } },
    ],
  ])('%s', (_what, content, part) => {
    expect(contentPart(content)).toEqual(part)
  })

  function reaction(emoji: string): object {
    return { type: 'reaction', reaction: { message_id: 'wamid.1', emoji } }
  }

  test.each<[content: OutboundContent, interactive: object]>([
    [
      {
        type: 'buttons',
        text: 'Green or black?',
        header: 'Tea',
        footer: 'Both are fine',
        buttons: buttons(2),
      },
      {
        type: 'button',
        header: { type: 'text', text: 'Tea' },
        body: { text: 'Green or black?' },
        footer: { text: 'Both are fine' },
        action: {
          buttons: [
            { type: 'reply', reply: { id: 'b-0', title: 'Button 0' } },
            { type: 'reply', reply: { id: 'b-1', title: 'Button 1' } },
          ],
        },
      },
    ],
    [
      {
        type: 'buttons',
        text: 'This one?',
        header: { type: 'image', media: { id: '17', filename: 'tea.jpg' } },
        buttons: buttons(1),
      },
      {
        type: 'button',
        header: { type: 'image', image: { id: '17' } },
        body: { text: 'This one?' },
        action: { buttons: [{ type: 'reply', reply: { id: 'b-0', title: 'Button 0' } }] },
      },
    ],
    [
      {
        type: 'link',
        text: 'All of it',
        header: { type: 'document', media: { url: link, filename: 'tea.pdf' } },
        label: 'Open',
        url: link,
      },
      {
        type: 'cta_url',
        header: { type: 'document', document: { link, filename: 'tea.pdf' } },
        body: { text: 'All of it' },
        action: { name: 'cta_url', parameters: { display_text: 'Open', url: link } },
      },
    ],
    [
      {
        type: 'flow',
        text: 'Book',
        header: { type: 'video', media: { url: link } },
        button: 'Book',
        flowId: '9',
      },
      {
        type: 'flow',
        header: { type: 'video', video: { link } },
        body: { text: 'Book' },
        action: {
          name: 'flow',
          parameters: {
            flow_message_version: '3',
            flow_id: '9',
            flow_cta: 'Book',
            flow_action: 'data_exchange',
          },
        },
      },
    ],
    [
      { type: 'list', text: 'Which?', button: 'Choose', sections: [{ rows: rows(1) }] },
      {
        type: 'list',
        body: { text: 'Which?' },
        action: { button: 'Choose', sections: [{ rows: [{ id: 'row-0', title: 'Row 0' }] }] },
      },
    ],
    [
      { type: 'link', text: 'Our shop', label: 'Open', url: link },
      {
        type: 'cta_url',
        body: { text: 'Our shop' },
        action: { name: 'cta_url', parameters: { display_text: 'Open', url: link } },
      },
    ],
    [
      {
        type: 'flow',
        text: 'Book',
        button: 'Book',
        flowId: '9',
        screen: 'DAY',
        data: { day: 1 },
        draft: true,
      },
      {
        type: 'flow',
        body: { text: 'Book' },
        action: {
          name: 'flow',
          parameters: {
            flow_message_version: '3',
            flow_id: '9',
            flow_cta: 'Book',
            mode: 'draft',
            flow_action: 'navigate',
            flow_action_payload: { screen: 'DAY', data: { day: 1 } },
          },
        },
      },
    ],
    [
      { type: 'flow', text: 'Book', button: 'Book', flowId: '9', token: 'visit-7' },
      {
        type: 'flow',
        body: { text: 'Book' },
        action: {
          name: 'flow',
          parameters: {
            flow_message_version: '3',
            flow_id: '9',
            flow_token: 'visit-7',
            flow_cta: 'Book',
            flow_action: 'data_exchange',
          },
        },
      },
    ],
    [
      { type: 'location_request', text: 'Where to?' },
      { type: 'location_request_message', body: { text: 'Where to?' }, action: { name: 'send_location' } },
    ],
    [
      { type: 'contact_request', text: 'Your number?' },
      { type: 'contact_request', body: { text: 'Your number?' }, action: { name: 'request_contact_info' } },
    ],
  ])('interactive: %j', (content, interactive) => {
    expect(contentPart(content)).toEqual({ type: 'interactive', interactive })
  })
})

describe('what Meta would refuse', () => {
  const long = (length: number) => 'x'.repeat(length)
  const list = (changes: object) => ({ type: 'list', text: 'Which?', button: 'Choose', ...changes })
  const twoSections = (first: number, second: number) =>
    list({
      sections: [
        { title: 'One', rows: rows(first) },
        { title: 'Two', rows: rows(second, 10) },
      ],
    })

  test.each<[names: string, content: object, most?: object]>([
    ['text has 4097 characters', { type: 'text', text: long(4097) }, { type: 'text', text: long(4096) }],
    ['text is empty', { type: 'text', text: '' }],
    [
      'caption has 1025 characters',
      { type: 'image', media: { id: '1' }, caption: long(1025) },
      { type: 'image', media: { id: '1' }, caption: '🍵'.repeat(1024) },
    ],
    ['voice has no caption', { type: 'voice', media: { id: '1' }, caption: 'Listen' }],
    ['sticker has no caption', { type: 'sticker', media: { id: '1' }, caption: 'Look' }],
    ['media has neither id nor url', { type: 'image', media: {} }],
    ['media has neither id nor url', { type: 'image' }],
    ['media.url', { type: 'image', media: { url: 'file:///etc/passwd' } }],
    ['media.url', { type: 'image', media: { url: 'tea.jpg' } }],
    ['latitude', { type: 'location', latitude: 91, longitude: 0 }],
    ['longitude', { type: 'location', latitude: 0, longitude: Number.NaN }],
    ['contacts is empty', { type: 'contacts', contacts: [] }],
    ['contacts[0] has neither', { type: 'contacts', contacts: [{ phones: [] }] }],
    ['contacts[1].phones[0]', { type: 'contacts', contacts: [{ phones: ['1'] }, { phones: [7] }] }],
    ['targetId', { type: 'reaction', emoji: '🍵' }],
    ['buttons is empty', { type: 'buttons', text: 'x', buttons: [] }],
    [
      'buttons has 4 entries, and at most 3',
      { type: 'buttons', text: 'x', buttons: buttons(4) },
      { type: 'buttons', text: 'x', buttons: buttons(3) },
    ],
    [
      'buttons[0].title has 21 characters',
      { type: 'buttons', text: 'x', buttons: [{ id: '1', title: long(21) }] },
      { type: 'buttons', text: 'x', buttons: [{ id: '1', title: long(20) }] },
    ],
    ['buttons[0].id has 257', { type: 'buttons', text: 'x', buttons: [{ id: long(257), title: 'a' }] }],
    [
      'titles of buttons',
      { type: 'buttons', text: 'x', buttons: ['1', '2'].map(id => ({ id, title: 'a' })) },
    ],
    [
      'ids of buttons',
      { type: 'buttons', text: 'x', buttons: ['a', 'b'].map(title => ({ id: '1', title })) },
    ],
    [
      'text has 1025 characters',
      { type: 'buttons', text: long(1025), buttons: buttons(1) },
      list({ text: long(4096), sections: [{ rows: rows(1) }] }),
    ],
    ['header has 61', { type: 'buttons', text: 'x', header: long(61), buttons: buttons(1) }],
    [
      'header is neither a text nor an image',
      {
        type: 'buttons',
        text: 'x',
        header: { type: 'sticker', media: { id: '1' } },
        buttons: buttons(1),
      },
      {
        type: 'buttons',
        text: 'x',
        header: { type: 'video', media: { id: '1' } },
        buttons: buttons(1),
      },
    ],
    [
      'media has neither id nor url',
      { type: 'buttons', text: 'x', header: { type: 'image' }, buttons: buttons(1) },
    ],
    [
      'header of a list',
      list({ header: { type: 'image', media: { id: '1' } }, sections: [{ rows: rows(1) }] }),
      list({ header: 'Tea', sections: [{ rows: rows(1) }] }),
    ],
    ['header is empty or no text', { type: 'buttons', text: 'x', header: 7, buttons: buttons(1) }],
    ['footer has 61', { type: 'buttons', text: 'x', footer: long(61), buttons: buttons(1) }],
    ['button has 21', list({ button: long(21), sections: [{ rows: rows(1) }] })],
    ['sections[1].title', list({ sections: [{ title: 'One', rows: rows(1) }, { rows: rows(1, 1) }] })],
    ['sections[0].title has 25', list({ sections: [{ title: long(25), rows: rows(1) }] })],
    ['sections have 11 rows together', twoSections(5, 6), twoSections(5, 5)],
    ['sections[0].rows has 11', list({ sections: [{ rows: rows(11) }] })],
    ['sections[0].rows is empty', list({ sections: [{ rows: [] }] })],
    ['rows[0].title has 25', list({ sections: [{ rows: [{ id: '1', title: long(25) }] }] })],
    [
      'rows[0].description has 73',
      list({ sections: [{ rows: [{ id: '1', title: 'a', description: long(73) }] }] }),
    ],
    ['rows[0].id has 201', list({ sections: [{ rows: [{ id: long(201), title: 'a' }] }] })],
    ['ids of rows', list({ sections: [{ rows: [...rows(1), ...rows(1)] }] })],
    ['label has 21', { type: 'link', text: 'x', label: long(21), url: link }],
    ['url is no http', { type: 'link', text: 'x', label: 'Open', url: 'javascript:alert(1)' }],
    ['flowId', { type: 'flow', text: 'x', button: 'Go' }],
    ['data has no screen', { type: 'flow', text: 'x', button: 'Go', flowId: '1', data: { a: 1 } }],
    ['name', { type: 'template', language: 'de' }],
    ['language', { type: 'template', name: 'order_update' }],
    ['components', { type: 'template', name: 'order_update', language: 'de', components: {} }],
    ['no polls', { type: 'poll', question: 'Tea?', options: ['Yes', 'No'] }],
    ['type', { type: 'carousel' }],
  ])('%s', (names, content, most) => {
    expect(() => contentPart(content as OutboundContent)).toThrow(
      expect.objectContaining({
        code: 'channel_refused',
        scope: 'message',
        retryable: false,
        message: expect.stringContaining(names),
      }),
    )
    if (most) expect(() => contentPart(most as OutboundContent)).not.toThrow()
  })
})

const types = [
  ...['text', 'image', 'video', 'audio', 'voice', 'document', 'sticker', 'location', 'contacts', 'reaction'],
  ...['buttons', 'list', 'link', 'flow', 'location_request', 'contact_request', 'poll', 'template'],
]
const keys = [
  'text',
  'header',
  'media',
  'caption',
  'contacts',
  'targetId',
  'emoji',
  'buttons',
  'button',
  'sections',
  'url',
]

test('whatever a content holds, it is a body or a refusal that repeats nothing of it', () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.constant('the gate opens at 4711'),
    fc.constant([{ rows: [{}] }]),
  )
  const content = fc.dictionary(
    fc.constantFrom(...keys, 'name', 'language', 'latitude', 'longitude'),
    anything,
  )
  fc.assert(
    fc.property(fc.constantFrom(...types), content, (type, fields) => {
      try {
        const part = contentPart({ ...fields, type } as unknown as OutboundContent)
        expect(Object.keys(part)).toEqual(['type', (part as { type: string }).type])
      } catch (error) {
        if (!SwitchboardError.is(error)) throw error
        expect(error.code).toBe('channel_refused')
        expect(error.message).not.toContain('4711')
      }
    }),
    { numRuns: 500 },
  )
})
