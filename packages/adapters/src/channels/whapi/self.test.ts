import { expect, test } from 'vitest'
import { json, startServer } from '../../http/local-server.test.support.js'
import { type WhapiChannelOptions, whapiChannel } from './index.js'
import {
  account,
  businessPhone,
  channelOptions,
  phone as customerPhone,
  lid,
  message,
  own,
  post,
  receiveNow,
  webhook,
} from './webhook/samples.test.support.js'

const phone = { kind: 'phone', value: `+${businessPhone}` }

function open(options: Partial<WhapiChannelOptions> = {}) {
  const channel = whapiChannel({ ...channelOptions, ...options })
  const read = (body: unknown) => receiveNow(channel, post(JSON.stringify(body)))
  return { channel, read, self: () => channel.self(account) }
}

test('our number is what the option says', () => {
  expect(open({ phone: '+49 30 55500100' }).self()).toEqual([phone])
  expect(() => open({ phone: 'the shop' })).toThrow(/phone must be/)
})

test.each<[from: string, body: Record<string, unknown>]>([
  ['a message from us', { messages: [own()] }],
  ['the echo of a send', { messages: [own({ source: 'api' })] }],
  ['the state of the channel', { health: { status: { text: 'AUTH' }, user: { id: businessPhone } } }],
  ['the account that was linked', { user: { id: businessPhone } }],
])('it is learnt from %s', (_from, parts) => {
  const { read, self } = open()
  read(webhook({ messages: [message()] }))
  expect(self()).toEqual([])
  read(webhook(parts))
  read(webhook(parts))
  expect(self()).toEqual([phone])
})

test('it is learnt from the health that was asked for', async () => {
  const { url } = await startServer(json(200, { status: { text: 'AUTH' }, user: { id: businessPhone } }))
  const { channel, self } = open({ apiUrl: url })
  await channel.health()
  expect(self()).toEqual([phone])
})

test('who quotes a message of ours says so, once our number is known', () => {
  const { read } = open()
  const quoting = (quoted_author: unknown) =>
    webhook({ messages: [message({ context: { quoted_id: 'o.1-a', quoted_author } })] })
  expect(read(quoting(businessPhone)).events[0]).not.toHaveProperty('quotesUs')
  read(webhook({ messages: [own()] }))
  for (const author of [businessPhone, `${businessPhone}@s.whatsapp.net`]) {
    expect(read(quoting(author)).events).toMatchObject([{ quotedId: 'o.1-a', quotesUs: true }])
  }
  for (const author of [customerPhone, undefined, null, {}, '']) {
    expect(read(quoting(author)).events[0]).not.toHaveProperty('quotesUs')
  }
})

test('what others say of their accounts, and what is no address, is not learnt', () => {
  const { channel, read, self } = open()
  read({ messages: [own()], channel_id: 'OTHER-1' })
  for (const user of [null, {}, { id: 'me' }, { id: '1@g.us' }, [businessPhone]]) read(webhook({ user }))
  expect(self()).toEqual([])
  read(webhook({ messages: [own({ from: lid })] }))
  expect(self()).toEqual([{ kind: 'lid', value: lid }])
  expect(channel.self('OTHER-1')).toEqual([])
})

test('without an account all webhooks are of the one number, whatever channel they name', () => {
  const channel = whapiChannel({ token: 'sample-token' })
  const message = {
    id: 'a.b-1',
    from: '4915155500001',
    chat_id: '4915155500001@s.whatsapp.net',
    type: 'text',
  }
  const body = { channel_id: 'SUPERMAN-F75AB', messages: [{ ...message, text: { body: 'hi' } }] }
  const request = {
    method: 'POST',
    url: '/webhooks/whapi',
    headers: { get: () => null },
    body: new TextEncoder().encode(JSON.stringify(body)),
  }
  expect(receiveNow(channel, request).events).toMatchObject([{ type: 'message', account: 'whapi' }])
  expect(channel.defaultAccount).toBe('whapi')
})
