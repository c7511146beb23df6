import { whapiChannel } from '@switchboard/adapters/whapi'
import { createBot } from '@switchboard/core'
import { memoryStore } from '@switchboard/storage/memory'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const account = 'DAMAGE-E5F6A'
const phone = '4915155500001'

const message = (id: string, fields: object = {}) => ({
  id,
  from_me: false,
  type: 'text',
  chat_id: `${phone}@s.whatsapp.net`,
  timestamp: 1_789_000_000,
  source: 'mobile',
  text: { body: 'Is the shop open?' },
  from: phone,
  from_name: 'Mara Lind',
  ...fields,
})

/** A webhook with what ends in a store: people, groups, ids that are derived, receipts. */
const whole = {
  channel_id: account,
  messages: [
    message('a.1-x', { context: { quoted_id: 'q.1-x' } }),
    message('a.2-x', { chat_id: '120363999900001111@g.us' }),
    message('a.3-x', { chat_id: '98765432101234@lid' }),
    message('a.4-x', { from_me: true }),
    message('a.5-x', { type: 'action', action: { type: 'reaction', target: 'a.1-x', emoji: '👍' } }),
    message('a.6-x', { type: 'poll_update', poll: { results: [{ name: 'Mon', voters: [phone] }] } }),
  ],
  messages_updates: [{ id: 'a.1-x', after_update: message('a.1-x'), changes: ['text'] }],
  statuses: [{ id: 'o.1-x', status: 'failed', timestamp: '1789000000', errors: [{ code: 404 }] }],
}

const texts = (JSON.stringify(whole).match(/"[^"]*"(?!:)|\d{9,}|true|false/g) ?? []).filter(
  (text, index, all) => all.indexOf(text) === index,
)
const replacements = fc.oneof(
  fc.constantFrom<unknown>('', null, -1, 1e21, {}, [], '\u0000', '\ud800', '@lid', `${phone}:12@lid`),
  // Ids are believed, and stored, up to 512 characters.
  fc
    .tuple(fc.constantFrom(508, 511, 512, 513), fc.constantFrom('', '@lid', '@g.us', '@s.whatsapp.net'))
    .map(([length, server]) => '7'.repeat(length - server.length) + server),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

test('no webhook is refused for ever: what cannot be stored is not handed to the store', async () => {
  const bot = createBot({
    channels: [whapiChannel({ account, token: 'damage-credential' })],
    store: memoryStore(),
    respond: async () => undefined,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...texts), replacements), { minLength: 1, maxLength: 3 }),
      async changes => {
        const body = changes.reduce(
          (text, [old, replacement]) => text.replaceAll(old, () => JSON.stringify(replacement)),
          JSON.stringify(whole),
        )
        const { status } = await bot.handle({
          method: 'POST',
          url: '/webhooks/whapi',
          headers: { get: () => null },
          body: new TextEncoder().encode(body),
        })
        expect([200, 400]).toContain(status)
      },
    ),
    // The longest id that is believed, and one character more as a phone.
    { numRuns: 600, examples: [[[[`"${phone}@s.whatsapp.net"`, '7'.repeat(512)]]]] },
  )
})
