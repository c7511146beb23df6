import type { ChannelEvent } from '@switchboard/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostileValues, pathsOf, replace } from '../../../webhook/damage.test.support.js'
import { whapiChannel } from '../index.js'
import {
  channelOptions,
  chatId,
  groupId,
  message,
  own,
  phone,
  post,
  receiveNow,
  webhook,
} from './samples.test.support.js'

const channel = whapiChannel(channelOptions)
const runs = { numRuns: 500 }

test('any bytes and any JSON get an answer and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), body => {
      expect(receiveNow(channel, post(body)).response.status).toBe(400)
    }),
    runs,
  )
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), value => {
      expect([200, 400]).toContain(receiveNow(channel, post(JSON.stringify(value))).response.status)
    }),
    runs,
  )
})

/** A webhook with one of everything. */
const full = webhook({
  messages: [
    message({ context: { quoted_id: 'q', forwarded: true } }),
    message({ type: 'image', image: { id: 'i-1', mime_type: 'image/png', caption: 'See' } }),
    message({ type: 'contact_list', contact_list: { list: [{ name: 'Ida', vcard: 'TEL;waid=49:1' }] } }),
    message({
      type: 'reply',
      reply: { type: 'buttons_reply', buttons_reply: { id: 'ButtonsV3:y', title: 'Y' } },
    }),
    message({ type: 'action', action: { type: 'reaction', target: 't', emoji: '👍' } }),
    message({
      type: 'action',
      action: { type: 'vote', target: 't', votes: ['h'] },
      poll: { results: [{ id: 'h' }] },
    }),
    message({
      type: 'action',
      action: { type: 'edited', target: 't', edited_type: 'text', edited_content: { body: 'y' } },
    }),
    message({ type: 'location', location: { latitude: 1, longitude: 2 }, chat_id: groupId }),
    own(),
    own({ source: 'api' }),
  ],
  messages_updates: [
    { id: 't', before_update: message(), after_update: message({ text: { body: 'z' } }), changes: ['text'] },
  ],
  statuses: [
    { id: 's.status', status: 'failed', recipient_id: chatId, errors: [{ code: 1 }], timestamp: '1' },
  ],
  contacts: [{ id: phone }],
})

const places = pathsOf(full).filter(path => path.length > 0)
const changes = fc.array(fc.tuple(fc.constantFrom(...places), hostileValues('@lid')), { maxLength: 3 })
const broken = changes.map(list => list.reduce<unknown>((body, change) => replace(body, ...change), full))

/** How many elements the three arrays hold that become events. */
function itemsOf(body: Record<string, unknown>): number {
  const lists = [body.messages, body.messages_updates, body.statuses]
  return lists.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0)
}

test('whatever part of a webhook is broken, each element is an event or a notice, and what is stored is sound', () => {
  fc.assert(
    fc.property(broken, body => {
      const text = JSON.stringify(body)
      const { events, response } = receiveNow(channel, post(text))
      if (response.status === 400) return
      expect(events.length).toBeGreaterThanOrEqual(itemsOf(JSON.parse(text)))
      for (const event of events) expectSound(event)
      expect(receiveNow(channel, post(text)).events).toEqual(events)
    }),
    { numRuns: 1_500 },
  )
})

/** What a store asks of an event: an account, an id, and somebody in a direct chat. */
function expectSound(event: ChannelEvent): void {
  if (event.type === 'notice' || event.type === 'identity') return
  expect(event.account.length).toBeGreaterThan(0)
  expect(event.providerId.length).toBeGreaterThan(0)
  if (event.type === 'status' || event.chat.kind === 'group') return
  expect(event.chat.person.identities.length).toBeGreaterThan(0)
}
