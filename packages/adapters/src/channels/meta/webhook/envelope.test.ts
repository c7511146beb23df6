import { describe, expect, test } from 'vitest'
import {
  account,
  change,
  contact,
  eventOf,
  eventsOf,
  message,
  metadata,
  now,
  phone,
  webhook,
} from './samples.test.support.js'

test('everything in a webhook becomes an event, in order', () => {
  const texts = [0, 1, 2, 3].map(index => message({ id: `wamid.order${index}` }))
  const statuses = [{ id: 'wamid.ours', status: 'sent' }]
  const body = {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '1',
        changes: [change({ messages: [texts[0], texts[1]] }), change({ statuses, messages: [texts[2]] })],
      },
      {
        id: '2',
        changes: [
          { field: 'flows', value: { event: 'FLOW_STATUS_CHANGE' } },
          change({ messages: [texts[3]] }),
        ],
      },
    ],
  }
  expect(eventsOf(body).map(event => ('providerId' in event ? event.providerId : event.type))).toEqual([
    'wamid.order0',
    'wamid.order1',
    'wamid.ours',
    'wamid.order2',
    'notice',
    'wamid.order3',
  ])
})

describe('a message', () => {
  test('as a whole', () => {
    const raw = message({ id: 'wamid.whole' })
    expect(eventsOf(webhook(change({ contacts: [contact], messages: [raw] })))).toEqual([
      {
        type: 'message',
        channel: 'meta',
        account,
        providerId: 'wamid.whole',
        chat: { kind: 'direct', person: expect.objectContaining({ name: 'Mara Lind' }) },
        author: 'customer',
        sentAt: now,
        raw: { message: raw, contact },
        content: { type: 'text', text: 'Is the shop open today?' },
      },
    ])
  })

  test.each([undefined, null, '', 7.5, {}, [], true, 'x'.repeat(513)])(
    'without a usable id (%s) is a notice',
    id => {
      const broken = message({ id })
      const [notice, next] = eventsOf(webhook(change({ messages: [broken, message()] })))
      expect(notice).toMatchObject({
        type: 'notice',
        account,
        kind: 'messages',
        raw: JSON.parse(JSON.stringify(broken)),
      })
      expect(next).toMatchObject({ type: 'message' })
    },
  )

  test('without its object takes the reason from the value', () => {
    const errors = [{ code: 131000, title: 'Something went wrong', error_data: { details: 'No payload.' } }]
    const body = webhook(change({ errors, messages: [message({ type: 'interactive' })] }))
    expect(eventsOf(body)).toMatchObject([
      { type: 'notice', kind: 'errors', raw: errors },
      {
        type: 'message',
        content: { type: 'unsupported', kind: 'interactive', reason: 'No payload.' },
        raw: { errors },
      },
    ])
  })
})

describe('time', () => {
  const at = (timestamp: unknown) => (eventOf({ timestamp }) as { sentAt?: number }).sentAt
  const day = 24 * 60 * 60

  test('is in seconds or milliseconds, as text or number, whole or not', () => {
    expect(at(String(now))).toBe(now)
    expect(at(now)).toBe(now)
    expect(at('1777888800.5')).toBe(1_777_888_800_500)
    expect(at(1777888800.0009)).toBe(1_777_888_800_000)
    expect(at('1777888800')).toBe(1_777_888_800_000)
    expect(at(1777888800)).toBe(1_777_888_800_000)
    expect(at(String(now / 1000 + day))).toBe(now + day * 1000)
    expect(at('1230768000')).toBe(Date.UTC(2009, 0, 1))
  })

  test.each([
    undefined,
    null,
    '',
    'yesterday',
    '-1777888800',
    -1777888800,
    0,
    '0',
    '1230767999',
    now / 1000 + day + 1,
    '1.7e9',
    '1777888800.',
    ' 1777888800',
    '9'.repeat(40),
    1e300,
    {},
    ['1777888800'],
  ])('%s is no time', timestamp => {
    expect(eventOf({ timestamp })).not.toHaveProperty('sentAt')
  })
})

describe('notices', () => {
  test('fields without a number belong to no account', () => {
    const value = { event: 'PARTNER_REMOVED' }
    const change = { field: 'account_update', value }
    const entry = { id: '770010000000001', time: 1_777_888_800, changes: [change] }
    expect(eventsOf({ object: 'whatsapp_business_account', entry: [entry] })).toEqual([
      {
        type: 'notice',
        channel: 'meta',
        kind: 'account_update',
        raw: { entry: { id: '770010000000001', time: 1_777_888_800 }, change },
      },
    ])
  })

  test.each(['calls', 'group_lifecycle_update', 'smb_app_state_sync', 'not_yet_invented'])('%s', field => {
    const unknown = change({ [field]: [{ id: '1' }] }, field)
    expect(eventsOf(webhook(unknown))).toMatchObject([
      { type: 'notice', account, kind: field, raw: { change: unknown } },
    ])
  })

  test('parts of a value that nobody knows', () => {
    const events = eventsOf(webhook(change({ messages: [message()], pigeons: [1, 2] })))
    expect(events).toMatchObject([{ type: 'message' }, { type: 'notice', kind: 'pigeons', raw: [1, 2] }])
  })

  test('errors alone', () => {
    const errors = [{ code: 131000 }]
    expect(eventsOf(webhook(change({ errors })))).toMatchObject([
      { type: 'notice', kind: 'errors', raw: errors },
    ])
  })

  test.each([null, 7, 'broken', [], {}, { id: '1' }, { id: '1', changes: 'none' }, { id: '1', changes: [] }])(
    'an entry that is %j',
    broken => {
      const body = webhook(change({ messages: [message()] }))
      const entry = [broken, ...(body.entry as unknown[])]
      expect(eventsOf({ ...body, entry })).toMatchObject([
        { type: 'notice', kind: 'entry', raw: broken },
        { type: 'message' },
      ])
    },
  )

  test.each([
    null,
    7,
    'broken',
    [],
    {},
    { field: 'messages' },
    { field: 7, value: {} },
    { value: { messages: [] } },
  ])('a change that is %j', broken => {
    expect(eventsOf(webhook(broken, change({ messages: [message()] })))).toMatchObject([
      { type: 'notice', raw: { change: broken } },
      { type: 'message' },
    ])
  })

  test.each(['messages', 'statuses', 'message_echoes', 'history', 'user_id_update'])(
    '%s that are no list',
    key => {
      for (const broken of [null, 7, 'broken', {}, { 0: message(), length: 1 }]) {
        expect(eventsOf(webhook(change({ [key]: broken })))).toMatchObject([
          { type: 'notice', kind: key, raw: broken },
        ])
      }
    },
  )

  test.each(['messages', 'statuses', 'message_echoes', 'history', 'user_id_update'])(
    'elements of %s that are none',
    key => {
      const broken = [null, 7, 'broken', [], true, {}]
      expect(eventsOf(webhook(change({ [key]: broken })))).toEqual(
        broken.map(raw => ({ type: 'notice', channel: 'meta', account, kind: key, raw })),
      )
    },
  )

  test('a change that holds nothing is not silent', () => {
    expect(eventsOf(webhook(change({})))).toMatchObject([{ type: 'notice', kind: 'messages' }])
    expect(eventsOf(webhook(change({ messages: [], contacts: [contact] })))).toMatchObject([
      { type: 'notice' },
    ])
  })
})

describe('odd shapes', () => {
  test('keys of the prototype harm nobody', () => {
    const body = `{"object":"whatsapp_business_account","__proto__":{"polluted":1},"entry":[{"id":"1","changes":[{
      "field":"messages","value":{"__proto__":{"messages":7},"constructor":{"prototype":{"polluted":1}},
      "metadata":{"phone_number_id":"${account}","__proto__":{"polluted":1}},
      "contacts":[{"__proto__":{"wa_id":"1"},"wa_id":"${phone}","profile":{"__proto__":{"name":"x"}}}],
      "messages":[{"__proto__":{"id":"no"},"id":"wamid.proto","from":"${phone}","type":"text","text":{"body":"Hello"}}]}}]}]}`
    const events = eventsOf(JSON.parse(body))
    expect(events.map(event => (event.type === 'notice' ? event.kind : event.type))).toEqual([
      '__proto__',
      'constructor',
      'message',
    ])
    expect(events.at(-1)).toMatchObject({ providerId: 'wamid.proto', content: { text: 'Hello' } })
    expect({}).not.toHaveProperty('polluted')
  })

  test('what nests without end is translated, and left out of raw', () => {
    const deep = 'to be replaced'
    const levels = '['.repeat(100_000) + ']'.repeat(100_000)
    const body = JSON.stringify(
      webhook(
        change({
          messages: [message({ extra: deep }), message({ type: 'text', text: { body: deep } }), message()],
          pigeons: deep,
        }),
        change({ statuses: [{ id: 'wamid.ours', status: 'sent', extra: deep }] }),
        change(
          { user_id_update: [{ user_id: { previous: 'DE.1', current: 'DE.2' }, extra: deep }] },
          'user_id_update',
        ),
        change({ event: deep }, 'account_update'),
      ),
    )
    const events = eventsOf(body.replaceAll(JSON.stringify(deep), levels))
    expect(events.map(event => [event.type, 'raw' in event])).toEqual([
      ['message', false],
      ['message', false],
      ['message', true],
      ['notice', false],
      ['status', false],
      ['identity', false],
      ['notice', false],
    ])
    expect(events[1]).toMatchObject({ content: { type: 'unsupported', kind: 'text' } })
  })

  test('ten thousand entries, each with people of its own', () => {
    const body = webhook()
    const entry = Array.from({ length: 10_000 }, (_, index) => ({
      id: '1',
      changes: [change({ contacts: [contact], messages: [message({ id: `wamid.many${index}` })] })],
    }))
    const ids = eventsOf({ ...body, entry }).map(event => 'providerId' in event && event.providerId)
    expect(ids).toEqual(entry.map((_, index) => `wamid.many${index}`))
  })

  test('ten thousand messages of ten thousand people in one change', () => {
    const people = Array.from({ length: 10_000 }, (_, index) => ({
      wa_id: `49170${index}`,
      user_id: `DE.${index}`,
      profile: { name: `Person ${index}` },
    }))
    const messages = people
      .map(({ user_id }) => message({ from: undefined, from_user_id: user_id }))
      .reverse()
    const events = eventsOf(webhook(change({ metadata, contacts: people, messages })))
    expect(events).toHaveLength(10_000)
    expect(events[0]).toMatchObject({
      chat: { person: { name: 'Person 9999', identities: [{ value: '+491709999' }, {}] } },
    })
  })
})
