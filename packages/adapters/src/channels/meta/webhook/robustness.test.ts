import type { ChannelEvent } from '@switchboard/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostileValues, pathsOf, replace } from '../../../webhook/damage.test.support.js'
import { metaChannel } from '../index.js'
import {
  change,
  channelOptions,
  contact,
  echo,
  eventsOf,
  message,
  phone,
  post,
  seconds,
  userId,
  webhook,
} from './samples.test.support.js'

const channel = metaChannel(channelOptions)
const runs = { numRuns: 500 }

test('any bytes get an answer and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), body => {
      expect(channel.receive(post(body)).response.status).toBe(400)
    }),
    runs,
  )
})

test('any JSON value gets an answer and never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), value => {
      const { events, response } = channel.receive(post(JSON.stringify(value)))
      expect([response.status, events]).toEqual([400, []])
    }),
    runs,
  )
})

test('any JSON values as entries, changes and values are accepted, and none goes unseen', () => {
  const anything = fc.jsonValue({ maxDepth: 4 })
  const field = fc.constantFrom(
    'messages',
    'history',
    'smb_message_echoes',
    'user_id_update',
    'account_update',
  )
  const lists = fc.dictionary(
    fc.constantFrom(
      'messages',
      'statuses',
      'message_echoes',
      'history',
      'user_id_update',
      'contacts',
      'metadata',
      'errors',
    ),
    fc.oneof(anything, fc.array(anything, { maxLength: 3 })),
  )
  const changes = fc.oneof(anything, fc.record({ field, value: fc.oneof(anything, lists) }))
  const entries = fc.oneof(
    anything,
    fc.record({ changes: fc.oneof(anything, fc.array(changes, { maxLength: 3 })) }),
  )
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 3 }), entry => {
      expect(eventsOf({ object: 'whatsapp_business_account', entry }).length).toBeGreaterThanOrEqual(
        entry.length,
      )
    }),
    runs,
  )
})

/** A webhook with one of everything. */
const full = webhook(
  change({
    contacts: [contact],
    messages: [
      message(),
      message({ type: 'image', image: { id: '1', caption: 'See' }, context: { id: 'wamid.ours' } }),
      message({ type: 'reaction', reaction: { message_id: 'wamid.ours', emoji: '👍' } }),
      message({
        type: 'edit',
        edit: { original_message_id: 'wamid.x', message: { type: 'text', text: { body: 'y' } } },
      }),
      message({
        type: 'interactive',
        interactive: { type: 'nfm_reply', nfm_reply: { response_json: '{"a":1}' } },
      }),
      message({ type: 'order', order: { product_items: [{ product_retailer_id: 'mug-2', quantity: 1 }] } }),
      message({
        type: 'contacts',
        contacts: [{ name: { formatted_name: 'Ida' }, phones: [{ wa_id: phone }] }],
      }),
      message({
        type: 'system',
        system: { type: 'user_changed_number', wa_id: '4915155500099', body: 'changed' },
      }),
      message({ type: 'location', location: { latitude: 1, longitude: 2 }, group_id: 'Y2Fw' }),
    ],
    statuses: [
      {
        id: 'wamid.status1',
        status: 'failed',
        timestamp: seconds,
        errors: [{ code: 131047, title: 'closed' }],
      },
      { id: 'wamid.status2', status: 'read', recipient_type: 'group', recipient_participant_id: phone },
    ],
  }),
  change(
    { message_echoes: [echo(), echo({ type: 'revoke', revoke: { original_message_id: 'wamid.z' } })] },
    'smb_message_echoes',
  ),
  change(
    { history: [{ threads: [{ id: phone, context: { user_id: userId }, messages: [message(), echo()] }] }] },
    'history',
  ),
  change({ messages: [message({ type: 'image', image: { id: '2' } })] }, 'history'),
)

/** Ids by which messages and statuses are found, wherever they stand in the JSON. */
function idsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(idsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'id' && typeof item === 'string' && item.startsWith('wamid.s') ? [item] : idsIn(item),
  )
}

function idsOf(event: ChannelEvent): string[] {
  // Made of the message before it, for its placeholder.
  if (event.type === 'edit' && event.providerId === `${event.targetId}:media`) return []
  if (event.type === 'notice') return idsIn(event.raw)
  return event.type === 'identity' ? [] : idsIn({ id: event.providerId })
}

const places = pathsOf(full).filter(path => path.length >= 2 && path[0] === 'entry')
const replacements = hostileValues()

test('a webhook with one of everything has each id once', () => {
  expect(eventsOf(full).flatMap(idsOf)).toEqual(idsIn(full))
  expect(eventsOf(full).filter(event => event.type === 'notice')).toEqual([])
})

test('whatever part of a webhook is broken, every message that is left is an event or in a notice, once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...places), replacements), { maxLength: 3 }), changes => {
      const body = changes.reduce<unknown>((whole, change) => replace(whole, ...change), full)
      const sent: unknown = JSON.parse(JSON.stringify(body))
      const { events, response } = channel.receive(post(JSON.stringify(sent)))
      if (response.status === 400) return
      expect(events.flatMap(idsOf).sort()).toEqual(idsIn(sent).sort())
    }),
    { numRuns: 3_000 },
  )
})

test('redelivery gives equal events', () => {
  fc.assert(
    fc.property(fc.constantFrom(...places), replacements, (path, replacement) => {
      const body = JSON.stringify(replace(full, path, replacement))
      expect(channel.receive(post(body))).toEqual(channel.receive(post(body)))
    }),
    runs,
  )
})
