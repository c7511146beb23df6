import type { Received, WebhookRequest } from '../../ports/index.js'
import type { ChannelEvent, InboundMessage } from '../../vocabulary/index.js'
import { between, equal, ok, only, present, show } from '../assert.js'
import { randomNumbers } from '../random-numbers.js'
import { uniqueId } from '../unique-id.js'
import { type ChannelHarness, type ChannelTests, sampleId } from './harness.js'

const encode = (text: string) => new TextEncoder().encode(text)

async function receive(
  { channel }: ChannelHarness,
  request: WebhookRequest,
  what: string,
): Promise<Received> {
  ok(channel.receive, 'the channel receives webhooks')
  try {
    return await channel.receive(request)
  } catch (error) {
    throw new Error(`${what}: receive threw ${String(error)}`, { cause: error })
  }
}

/** A text as the channel reports it; `received` is what the webhook became. */
async function report(
  harness: ChannelHarness,
  text: string,
  providerId = sampleId(harness, uniqueId('report')),
) {
  const body = harness.reportOf({ providerId, from: harness.person.identity, text })
  const request = harness.webhook(body, 'provider')
  return { request, received: await receive(harness, request, 'a text'), providerId }
}

function messageOf(events: readonly ChannelEvent[]): InboundMessage {
  const event = only(
    events.filter(candidate => candidate.type === 'message'),
    'messages of a webhook with one text',
  )
  return event
}

/** It has to be refused: no event, and a status that tells the sender it is their fault. */
function refused({ events, response }: Received, what: string, low = 400, high = 499): void {
  equal(events, [], `the events of ${what}`)
  between(response.status, low, high, `the status of ${what}`)
}

export const receivingTests: ChannelTests = {
  'translates a text': async harness => {
    const { received, providerId } = await report(harness, 'Is the shop open?')
    between(received.response.status, 200, 299, 'the status')
    const message = messageOf(received.events)
    equal(message.channel, harness.channel.name, 'the channel')
    equal(message.account, harness.channel.defaultAccount, 'the account')
    equal(message.providerId, providerId, "the provider's id")
    equal([message.author, message.history ?? false], ['customer', false], 'author and history')
    equal(message.content, { type: 'text', text: 'Is the shop open?' }, 'the content')
    const { chat } = message
    ok(chat.kind === 'direct', `the chat is a direct one: ${show(chat)}`)
    const { identity } = harness.person
    ok(
      chat.person.identities.some(({ kind, value }) => kind === identity.kind && value === identity.value),
      `the person has the address ${show(identity)}: ${show(chat.person)}`,
    )
    present(chat.person.identities[0], 'an address to reply to')
  },

  'carries every text whole': async harness => {
    const texts = ['ñ 你好 🏳️‍🌈', 'a "b" \\ c\nd\te', 'nothing\u0000between', `${'long '.repeat(2000)}end`]
    for (const text of texts) {
      const message = messageOf((await report(harness, text)).received.events)
      equal(message.content, { type: 'text', text }, 'the content')
    }
  },

  'translates the same bytes into the same events': async harness => {
    const { request, received } = await report(harness, 'once')
    for (const delivery of [2, 3]) {
      const again = await receive(harness, request, `delivery ${delivery}`)
      equal(again.events, received.events, `the events of delivery ${delivery}`)
    }
  },

  'tells messages apart by their ids': async harness => {
    const [one, two] = [await report(harness, 'same'), await report(harness, 'same')]
    const ids = [one, two].map(({ received }) => messageOf(received.events).providerId)
    ok(ids[0] !== ids[1], `two messages have two ids: ${show(ids)}`)
  },

  'takes nothing from strangers': async harness => {
    const body = harness.reportOf({
      providerId: sampleId(harness, uniqueId('report')),
      from: harness.person.identity,
      text: 'hi',
    })
    refused(
      await receive(harness, harness.webhook(body, 'stranger'), 'a forged webhook'),
      'a forged webhook',
      401,
      403,
    )
    for (const text of ['', 'not json', '{}', '\u0000\u0001']) {
      const request = harness.webhook(encode(text), 'stranger')
      refused(await receive(harness, request, 'forged garbage'), `forged garbage ${show(text)}`)
    }
  },

  'takes nothing without headers': async harness => {
    const { request } = await report(harness, 'hi')
    const bare = { ...request, url: '/webhooks', headers: { get: () => null } }
    refused(await receive(harness, bare, 'a request without headers'), 'a request without headers')
  },

  'takes nothing by another method': async harness => {
    const { request } = await report(harness, 'hi')
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      refused(await receive(harness, { ...request, method }, method), `a ${method}`)
    }
  },

  'survives what a broken provider sends': async harness => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
    const bodies = [
      '',
      ' ',
      'null',
      'true',
      '42',
      '"text"',
      '[]',
      '{}',
      '[null]',
      '{"entry":null}',
      '{"a":',
      deep,
    ]
    for (const text of bodies) {
      const what = `the body ${show(text).slice(0, 40)}`
      const { response } = await receive(harness, harness.webhook(encode(text), 'provider'), what)
      between(response.status, 200, 499, `the status of ${what}`)
    }
  },

  'survives bodies that arrive damaged': async harness => {
    const body = harness.reportOf({
      providerId: sampleId(harness, 'damaged'),
      from: harness.person.identity,
      text: 'Is it open?',
    })
    const seed = Math.floor(Math.random() * 2 ** 32)
    const random = randomNumbers(seed)
    for (let round = 0; round < 200; round++) {
      const damaged = random.chance(0.3) ? body.slice(0, random.integer(body.length)) : body.slice()
      for (let hit = random.integer(4); hit > 0 && damaged.length > 0; hit--) {
        damaged[random.integer(damaged.length)] = random.integer(256)
      }
      const what = `a damaged body (seed ${seed}, round ${round})`
      const { response } = await receive(harness, harness.webhook(damaged, 'provider'), what)
      between(response.status, 200, 499, `the status of ${what}`)
    }
  },

  'leaves the body as it was': async harness => {
    const { request } = await report(harness, 'hi')
    const before = request.body.slice()
    await receive(harness, request, 'a text')
    equal([...request.body], [...before], 'the bytes')
  },
}
