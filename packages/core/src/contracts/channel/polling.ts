import { SwitchboardError } from '../../errors.js'
import type { Channel, Polled } from '../../ports/index.js'
import type { ChannelEvent, InboundMessage, OutboundMessage } from '../../vocabulary/index.js'
import { equal, ok, only, rejection, show } from '../assert.js'
import { eventually } from '../poll.js'
import { uniqueId } from '../unique-id.js'
import type { ChannelHarness, ChannelTests, PollAnswer, PollingHarness } from './harness.js'

const pollAnswers: readonly PollAnswer[] = ['refuse', 'garbage', 'reset']
const day = 24 * 60 * 60 * 1000

function polling({ polling: given }: ChannelHarness): PollingHarness {
  ok(given, 'the harness of a channel that polls has `polling`')
  return given
}

async function poll(channel: Channel, cursor?: string): Promise<Polled> {
  ok(channel.poll, 'the channel polls')
  const polled = await channel.poll(cursor)
  ok(typeof polled.cursor === 'string', `a poll gives a cursor: ${show(polled.cursor)}`)
  return polled
}

/** A text of a customer, or of anybody else, reaches the provider. */
function arrive(harness: ChannelHarness, text: string, ageMs = 0): string {
  const providerId = uniqueId('polled')
  polling(harness).arrives({ providerId, from: harness.person.identity, text }, ageMs)
  return providerId
}

/** Messages that a bot would answer, or that would be a takeover. */
function live(events: readonly ChannelEvent[]): InboundMessage[] {
  return events.filter(event => event.type === 'message' && event.history !== true) as InboundMessage[]
}

const idsOf = (events: readonly ChannelEvent[]) => live(events).map(({ providerId }) => providerId)

async function sendText({ channel, person }: ChannelHarness, text: string): Promise<void> {
  const message: OutboundMessage = {
    id: uniqueId('outbound'),
    channel: channel.name,
    account: channel.defaultAccount,
    to: person.identity,
    content: { type: 'text', text },
  }
  await channel.send(message)
}

/** For channels that ask for what is new. Events may come again, but always under the same id. */
export const pollingTests: ChannelTests = {
  'reports a text that came after the start': async harness => {
    const { cursor } = await poll(harness.channel)
    const providerId = arrive(harness, 'Is the shop open?')
    const message = only(live((await poll(harness.channel, cursor)).events), 'messages')
    equal(message.providerId, providerId, "the provider's id")
    equal(
      [message.channel, message.account, message.author],
      [harness.channel.name, harness.channel.defaultAccount, 'customer'],
      'channel, account and author',
    )
    equal(message.content, { type: 'text', text: 'Is the shop open?' }, 'the content')
    const { identity } = harness.person
    const { chat } = message
    ok(
      chat.kind === 'direct' &&
        chat.person.identities.some(({ kind, value }) => kind === identity.kind && value === identity.value),
      `the chat is the one with ${show(identity)}: ${show(chat)}`,
    )
  },

  'reports what is old as history, or not at all': async harness => {
    arrive(harness, 'from last week', 7 * day)
    const first = await poll(harness.channel)
    equal(idsOf(first.events), [], 'messages of the first poll that would be answered')
    const providerId = arrive(harness, 'from today')
    equal(idsOf((await poll(harness.channel, first.cursor)).events), [providerId], 'messages of the second')
  },

  'gives the same ids again for the same cursor': async harness => {
    const { cursor } = await poll(harness.channel)
    const ids = [arrive(harness, 'one'), arrive(harness, 'two')].sort()
    for (const time of ['first', 'second', 'third']) {
      equal(idsOf((await poll(harness.channel, cursor)).events).sort(), ids, `the ids of the ${time} poll`)
    }
  },

  'loses nothing when a cursor was not kept': async harness => {
    const { cursor } = await poll(harness.channel)
    const one = arrive(harness, 'one')
    await poll(harness.channel, cursor)
    const two = arrive(harness, 'two')
    const ids = idsOf((await poll(harness.channel, cursor)).events)
    equal(ids.sort(), [one, two].sort(), 'the ids of a poll with the old cursor')
  },

  'goes on behind what it reported': async harness => {
    const known = new Set<string>()
    let { cursor } = await poll(harness.channel)
    for (let round = 0; round < 5; round++) {
      const providerId = arrive(harness, `round ${round}`)
      const polled = await poll(harness.channel, cursor)
      const fresh = idsOf(polled.events).filter(id => !known.has(id))
      equal(fresh, [providerId], `what is new in round ${round}`)
      known.add(providerId)
      cursor = polled.cursor
    }
  },

  'goes on after a restart': async harness => {
    const { cursor } = await poll(harness.channel)
    const before = arrive(harness, 'before')
    const second = await poll(harness.channel, cursor)
    equal(idsOf(second.events), [before], 'the ids before the restart')
    const providerId = arrive(harness, 'while it was away')
    // Many providers know whole seconds only: what came in the second of a start may be new.
    const until = Date.now() + 1_100
    await eventually(() => Date.now() > until, 'the second of the message passes')
    const successor = polling(harness).restart()
    const ids = idsOf((await poll(successor, second.cursor)).events)
    ok(ids.includes(providerId), `what came in between is there: ${show(ids)}`)
    ok(
      ids.every(id => id === providerId || id === before),
      `and nothing under another id: ${show(ids)}`,
    )
  },

  'tells texts apart, also equal ones': async harness => {
    const { cursor } = await poll(harness.channel)
    const ids = [arrive(harness, 'same'), arrive(harness, 'same')].sort()
    equal(idsOf((await poll(harness.channel, cursor)).events).sort(), ids, 'the ids')
  },

  'reports nothing that it sent itself as a message, before a restart and after': async harness => {
    const first = await poll(harness.channel)
    harness.answerWith('accept')
    await sendText(harness, 'We open at nine.')
    const second = await poll(harness.channel, first.cursor)
    equal(live(second.events), [], 'messages of the poll after a send')
    const successor = polling(harness).restart()
    equal(live((await poll(successor, second.cursor)).events), [], 'messages of the poll after a restart')
  },

  'fails in a way that can be tried again, and then goes on': async harness => {
    const { cursor } = await poll(harness.channel)
    const providerId = arrive(harness, 'Is it open?')
    for (const answer of pollAnswers) {
      polling(harness).answerPollsWith(answer)
      const error = await rejection(poll(harness.channel, cursor), `a poll that ends in "${answer}"`)
      ok(SwitchboardError.is(error), `the error of "${answer}" is one of ours: ${String(error)}`)
      equal(error.code, 'channel_refused', `the code of "${answer}": asking again does no harm`)
    }
    polling(harness).answerPollsWith('list')
    equal(idsOf((await poll(harness.channel, cursor)).events), [providerId], 'the ids afterwards')
  },

  'begins anew with a cursor that it cannot read': async harness => {
    for (const cursor of ['', 'null', '{', 'a cursor of somebody else']) await poll(harness.channel, cursor)
  },

  'does not poll when it was told to stop': async ({ channel }) => {
    ok(channel.poll, 'the channel polls')
    const signal = AbortSignal.abort(new Error('enough'))
    await rejection(channel.poll(undefined, { signal }), 'a poll with an aborted signal')
  },
}
