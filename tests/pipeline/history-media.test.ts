import { metaChannel } from '@switchboard/adapters/meta'
import { createBot } from '@switchboard/core'
import { fakeClock } from '@switchboard/core/testing'
import { memoryStore } from '@switchboard/storage/memory'
import { expect, test } from 'vitest'

const phoneNumberId = '310010000000001'
const customer = '4915155500001'
const metadata = { display_phone_number: '493055500100', phone_number_id: phoneNumberId }

/** The history that Meta gives of a number which was used in the WhatsApp Business app before. */
function setUp() {
  const channel = metaChannel({
    phoneNumberId,
    accessToken: 'sample-credential',
    now: () => 1_777_888_900_000,
  })
  const clock = fakeClock()
  const store = memoryStore({ clock })
  const bot = createBot({ channels: [channel], store, clock, respond: async () => 'Noted.' })
  return {
    /** How overdue an answer is after a minute. */
    async overdue() {
      await clock.advance(60_000)
      return (await store.progress()).oldestDueMs
    },
    async tell(value: object): Promise<number> {
      const changes = [{ field: 'history', value: { messaging_product: 'whatsapp', metadata, ...value } }]
      const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] })
      const request = new Request('http://bot.example/webhooks/meta', { method: 'POST', body })
      return (await bot.fetch(request)).status
    },
    async lines() {
      const messages = await bot.messages({ phone: `+${customer}` })
      return messages.map(({ type, providerId, quotedId, text, content }) => ({
        type,
        providerId,
        quotedId,
        text,
        content,
      }))
    },
  }
}

const message = (id: string, fields: object) => ({ from: customer, id, timestamp: '1777888800', ...fields })
const placeholder = message('wamid.photo', { type: 'media_placeholder', history_context: { status: 'READ' } })
const photo = message('wamid.photo', {
  type: 'image',
  image: { id: '24230790000000001', mime_type: 'image/jpeg', caption: 'Old photo' },
})
const chunk = { history: [{ threads: [{ id: customer, messages: [placeholder] }] }] }
const content = {
  type: 'image',
  media: { id: '24230790000000001', mimeType: 'image/jpeg' },
  caption: 'Old photo',
}
const edit = {
  type: 'edit',
  providerId: 'wamid.photo:media',
  quotedId: 'wamid.photo',
  text: 'Old photo',
  content,
}

test('a file of the history reaches its placeholder, once, and waits for no answer', async () => {
  const { tell, lines, overdue } = setUp()
  expect(await tell(chunk)).toBe(200)
  for (let delivery = 1; delivery <= 2; delivery++) expect(await tell({ messages: [photo] })).toBe(200)
  expect(await lines()).toEqual([
    { type: 'image', providerId: 'wamid.photo', quotedId: undefined, text: 'Old photo', content },
    edit,
  ])
  expect(await overdue()).toBeNull()
})

test('a file that comes before its placeholder takes its place', async () => {
  const { tell, lines } = setUp()
  expect(await tell({ messages: [photo] })).toBe(200)
  expect(await tell(chunk)).toBe(200)
  expect(await lines()).toEqual([
    { type: 'image', providerId: 'wamid.photo', quotedId: undefined, text: 'Old photo', content },
    edit,
  ])
})
