import { createHmac } from 'node:crypto'
import { metaChannel } from '@switchboard/adapters/meta'
import { type Channel, ChannelError, contentText } from '@switchboard/core'
import { type ChannelHarness, channelContract, type ProviderAnswer } from '@switchboard/core/contracts'
import { describe, expect, it } from 'vitest'
import { type Answer, field, garbage, hang, json, reset, scriptedServer } from './scripted-server.js'

const appSecret = 'contract-app-secret'
const phoneNumberId = '310010000000001'
const person = { identity: { kind: 'phone', value: '+4915155500001' }, address: '4915155500001' } as const

let lastMessage = 0
const answers: Record<ProviderAnswer, Answer> = {
  accept: response => json(200, { messages: [{ id: `wamid.accepted-${++lastMessage}` }] })(response),
  refuse: json(400, { error: { code: 131026, message: 'Message undeliverable', type: 'OAuthException' } }),
  overload: json(429, { error: { code: 130429, message: 'Rate limit hit', type: 'OAuthException' } }),
  garbage,
  hang,
  reset,
}

function sign(body: Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

async function makeHarness(
  spoil: (channel: Channel) => Partial<Channel> = () => ({}),
): Promise<ChannelHarness> {
  const server = await scriptedServer()
  const options = { phoneNumberId, appSecret, accessToken: 'contract-credential', graphUrl: server.url }
  const channel: Channel = metaChannel(options)
  return {
    channel: { ...channel, ...spoil(channel) },
    person,
    answerWith: answer => server.answerWith(answers[answer]),
    requested: () =>
      server.bodies.map(body => {
        const quotedId = field(body, 'context', 'message_id')
        return {
          to: String(field(body, 'to')).replace(/^\+/, ''),
          text: String(field(body, 'text', 'body')),
          ...(quotedId !== undefined && { quotedId: String(quotedId) }),
        }
      }),
    reportOf({ providerId, from, text }) {
      const message = {
        id: providerId,
        from: from.value.replace(/^\+/, ''),
        timestamp: '1767268800',
        type: 'text',
        text: { body: text },
      }
      const metadata = { display_phone_number: '493055500100', phone_number_id: phoneNumberId }
      const value = { messaging_product: 'whatsapp', metadata, messages: [message] }
      const entry = [{ id: '770010000000001', changes: [{ field: 'messages', value }] }]
      return new TextEncoder().encode(JSON.stringify({ object: 'whatsapp_business_account', entry }))
    },
    webhook(body, from) {
      const signature = sign(body, from === 'provider' ? appSecret : 'guessed')
      const headers = new Headers({ 'content-type': 'application/json', 'x-hub-signature-256': signature })
      return { method: 'POST', url: '/webhooks/meta', headers, body }
    },
    close: () => server.close(),
  }
}

describe('Meta channel', () => {
  for (const test of channelContract(makeHarness)) it(test.name, test.run)
})

describe('a channel that only sends', () => {
  const sendOnly = async () => {
    const harness = await makeHarness()
    const { receive: _, ...channel } = harness.channel
    return { ...harness, channel }
  }
  for (const test of channelContract(sendOnly, { receives: false })) it(test.name, test.run)
})

type Spoil = (channel: Channel) => Partial<Channel>

interface Defect {
  readonly name: string
  readonly spoil: Spoil
  readonly noticedBy: readonly string[]
}

const receiving = (change: Channel['receive']): Partial<Channel> => (change ? { receive: change } : {})

const withoutQuotes: Spoil = channel => ({
  send: ({ quotedId: _, ...message }, options) => channel.send(message, options),
})

const defects: readonly Defect[] = [
  {
    name: 'believes everybody',
    spoil: channel =>
      receiving(request => {
        const headers = new Headers({ 'x-hub-signature-256': sign(request.body, appSecret) })
        return channel.receive?.({ ...request, headers }) ?? { events: [], response: { status: 500 } }
      }),
    noticedBy: ['receiving: takes nothing from strangers', 'receiving: takes nothing without headers'],
  },
  {
    name: 'throws at what it does not understand',
    spoil: channel =>
      receiving(request => {
        JSON.parse(new TextDecoder().decode(request.body))
        return channel.receive?.(request) ?? { events: [], response: { status: 500 } }
      }),
    noticedBy: [
      'receiving: survives what a broken provider sends',
      'receiving: survives bodies that arrive damaged',
    ],
  },
  {
    name: 'makes new ids for every delivery',
    spoil: channel =>
      receiving(async request => {
        const received = await channel.receive?.(request)
        const events = received?.events ?? []
        return {
          response: { status: 200, ...received?.response },
          events: events.map(event =>
            'providerId' in event ? { ...event, providerId: crypto.randomUUID() } : event,
          ),
        }
      }),
    noticedBy: ['receiving: translates a text', 'receiving: translates the same bytes into the same events'],
  },
  {
    name: 'forgets the quote',
    spoil: withoutQuotes,
    noticedBy: [
      'quoting: quotes the message that it is told to quote',
      'quoting: quotes each message where several are sent at once',
    ],
  },
  {
    name: 'takes silence for a refusal',
    spoil: channel => ({
      send: (message, options) =>
        channel.send(message, options).catch(cause => {
          throw new ChannelError('channel_refused', 'it went wrong', { cause, retryable: true })
        }),
    }),
    noticedBy: ['sending: admits when it does not know', 'sending: says that a message was refused for good'],
  },
  {
    name: 'sends again by itself',
    spoil: channel => ({
      send: (message, options) => channel.send(message, options).catch(() => channel.send(message, options)),
    }),
    noticedBy: ['sending: asks once, whatever the answer'],
  },
  {
    name: 'ignores the signal',
    spoil: channel => ({ send: message => channel.send(message) }),
    noticedBy: ['sending: sends nothing when it was told to stop before'],
  },
  {
    name: 'tells texts in its errors',
    spoil: channel => ({
      send: (message, options) =>
        channel.send(message, options).catch((error: ChannelError) => {
          throw new ChannelError('channel_refused', `could not send "${contentText(message.content)}"`, {
            cause: error,
          })
        }),
    }),
    noticedBy: ['sending: keeps texts out of its errors'],
  },
]

it('a channel whose provider knows no quotes sends all the same', async () => {
  const quoting = (spoil?: Spoil) =>
    channelContract(() => makeHarness(spoil), { quotes: false }).filter(({ name }) =>
      name.startsWith('quoting:'),
    )
  expect(quoting()).toHaveLength(1)
  for (const { run } of quoting(withoutQuotes)) await run()
  for (const { run } of quoting()) await expect(run()).rejects.toThrow('text and quote')
})

it('no text is longer than the channel says that it takes', async () => {
  const short: Spoil = channel => ({
    maxTextLength: 160,
    send: (message, options) => {
      const { length } = contentText(message.content) ?? ''
      if (length > 160) throw new Error(`${length} characters`)
      return channel.send(message, options)
    },
  })
  const cases = channelContract(() => makeHarness(short)).filter(({ name }) => name.startsWith('sending:'))
  for (const { run } of cases) await run()
})

describe('the contract notices a channel that', () => {
  for (const { name, spoil, noticedBy } of defects) {
    it(name, async () => {
      const cases = new Map(channelContract(() => makeHarness(spoil)).map(test => [test.name, test]))
      for (const sentence of noticedBy) await expect(cases.get(sentence)?.run(), sentence).rejects.toThrow()
    })
  }
})
