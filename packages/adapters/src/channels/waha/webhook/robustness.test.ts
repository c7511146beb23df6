import type { ChannelEvent, Received } from '@switchboard/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostileValues, pathsOf, replace } from '../../../webhook/damage.test.support.js'
import { wahaChannel } from '../index.js'
import {
  channelOptions,
  chat,
  eventsOf,
  group,
  lid,
  message,
  own,
  post,
  webhook,
} from './samples.test.support.js'

const runs = { numRuns: 500 }
const channel = wahaChannel(channelOptions)
const receive = (body: string | Uint8Array) => channel.receive(post(body)) as Received

test('any bytes get an answer and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), body => {
      expect(receive(body)).toMatchObject({ events: [], response: { status: 400 } })
    }),
    runs,
  )
})

test('any JSON value gets an answer and never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), value => {
      expect(receive(JSON.stringify(value)).response.status).toBe(400)
    }),
    runs,
  )
})

const events = [
  'message',
  'message.any',
  'message.reaction',
  'message.ack',
  'message.ack.group',
  'message.revoked',
  'message.edited',
  'poll.vote',
  'group.v2.participants',
  'session.status',
]

test('any JSON value as payload is accepted, and none goes unseen', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...events),
      fc.jsonValue({ maxDepth: 4 }),
      fc.jsonValue(),
      (event, payload, other) => {
        const body = webhook(event, payload, { me: other, session: other, timestamp: other, metadata: other })
        expect(eventsOf(body).length).toBeGreaterThan(0)
      },
    ),
    runs,
  )
})

/** Payloads with one of everything. */
const _data = {
  Info: { SenderAlt: lid, Sender: lid, PushName: 'Mara', MediaType: 'ptt', Type: 'text' },
  key: { remoteJidAlt: lid, participantAlt: chat },
  Message: { extendedTextMessage: { text: 'x', contextInfo: { isForwarded: true, mentionedJID: [lid] } } },
  message: { pollCreationMessage: { name: 'Tea?', options: [{ optionName: 'Green' }] } },
}
const full: readonly [string, unknown][] = [
  ['message', message({ _data, replyTo: { id: '3A1' } })],
  ['message.any', own({ _data })],
  ['message', message({ id: `false_${group}_3A2_${lid}`, participant: lid, _data })],
  ['message', message({ hasMedia: true, media: { url: 'http://x/api/files/1', mimetype: 'image/png' } })],
  ['message', message({ location: { latitude: '1', longitude: '2' }, vCards: ['BEGIN:VCARD\nFN:Ida'] })],
  ['message.reaction', message({ reaction: { text: '🙏', messageId: `true_${chat}_3E1` } })],
  ['message.edited', message({ editedMessageId: '3A1' })],
  ['message.revoked', { revokedMessageId: '3A1', after: message(), before: null }],
  ['message.ack', { id: `true_${chat}_3E1`, ack: 2, participant: lid }],
  ['poll.vote', { vote: { ...message(), selectedOptions: ['Green'] }, poll: { id: `true_${chat}_3E1` } }],
  ['group.v2.participants', { participants: [{ id: lid, pn: chat }] }],
]

const bodies = full.map(([event, payload]) => webhook(event, payload))
const places = bodies.flatMap(body => pathsOf(body).map(path => ({ body, path })))
const addresses = ['a.b:c', '1:2@lid', '@c.us', 'true_@c.us_', `false_${chat}_`, 'status@broadcast']
const replacements = hostileValues(...addresses)

function expectSound(event: ChannelEvent): void {
  if (event.type === 'notice' || event.type === 'identity') return
  expect(event.providerId.length).toBeGreaterThan(0)
  const time = event.type === 'status' ? event.at : event.sentAt
  expect(time === undefined || Number.isInteger(time)).toBe(true)
  if (event.type === 'status') return
  if (event.chat.kind === 'direct') expect(event.chat.person.identities.length).toBeGreaterThan(0)
  else expect(event.chat.id).toMatch(/@g\.us$/)
}

test('a webhook with one of everything has no notices but those of groups', () => {
  const notices = bodies.flatMap(body => eventsOf(body)).filter(event => event.type === 'notice')
  expect(notices).toMatchObject([{ kind: 'group.v2.participants' }])
})

test('whatever part of a webhook is broken, it is an event or a notice, and the same again', () => {
  fc.assert(
    fc.property(fc.constantFrom(...places), replacements, ({ body, path }, replacement) => {
      const broken = JSON.stringify(replace(body, path, replacement)) ?? ''
      const { events: first, response } = receive(broken)
      expect(receive(broken)).toEqual({ events: first, response })
      if (response.status === 400) return
      expect(first.length).toBeGreaterThan(0)
      first.forEach(expectSound)
    }),
    { numRuns: 3_000 },
  )
})
