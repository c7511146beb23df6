import { type ChannelError, SwitchboardError } from '../../errors.js'
import type { OutboundMessage } from '../../vocabulary/index.js'
import { equal, ok, only, rejection } from '../assert.js'
import { endsWith, eventually } from '../poll.js'
import { uniqueId } from '../unique-id.js'
import { type ChannelHarness, type ChannelTests, type ProviderAnswer, sampleId } from './harness.js'

function messageTo({ channel, person }: ChannelHarness, text: string, quotedId?: string): OutboundMessage {
  return {
    id: uniqueId('outbound'),
    channel: channel.name,
    account: channel.defaultAccount,
    to: person.identity,
    content: { type: 'text', text },
    ...(quotedId !== undefined && { quotedId }),
  }
}

function asChannelError(error: unknown, what: string): ChannelError {
  ok(SwitchboardError.is(error) && 'scope' in error, `${what} is a ChannelError: ${String(error)}`)
  return error as ChannelError
}

/** The error of a send that the provider answers so. */
async function failure(
  harness: ChannelHarness,
  answer: ProviderAnswer,
  text = 'hello',
): Promise<ChannelError> {
  harness.answerWith(answer)
  const what = `a send that ends in "${answer}"`
  return asChannelError(await rejection(harness.channel.send(messageTo(harness, text)), what), what)
}

export const sendingTests: ChannelTests = {
  'says who it is': async ({ channel }) => {
    equal(channel.specificationVersion, 'v1', 'the version of the port')
    ok(/^[\w.~-]+$/.test(channel.name), `the name can be the last segment of a path: ${channel.name}`)
    ok(channel.defaultAccount.length > 0, 'the channel has an account')
  },

  'sends a text to the person': async harness => {
    harness.answerWith('accept')
    const { providerId } = await harness.channel.send(messageTo(harness, 'We open at nine.'))
    ok(providerId === undefined || providerId.length > 0, "the provider's id, if there is one, is an id")
    const { to, text, quotedId } = only(harness.requested(), 'requests')
    equal(
      [to, text, quotedId],
      [harness.person.address, 'We open at nine.', undefined],
      'address, text and quote',
    )
  },

  'carries every text whole': async harness => {
    harness.answerWith('accept')
    const { maxTextLength = Number.POSITIVE_INFINITY } = harness.channel
    // The bot breaks what is longer.
    const long = `${'long '.repeat(800)}end`.slice(0, maxTextLength)
    const texts = ['ñ 你好 🏳️‍🌈', 'a "b" \\ c\nd\te', long].filter(text => text.length <= maxTextLength)
    for (const text of texts) await harness.channel.send(messageTo(harness, text))
    equal(
      harness.requested().map(({ text }) => text),
      texts,
      'the texts',
    )
  },

  'sends several at once without mixing them up': async harness => {
    harness.answerWith('accept')
    const texts = ['1', '2', '3', '4', '5']
    await Promise.all(texts.map(text => harness.channel.send(messageTo(harness, text))))
    equal(
      harness
        .requested()
        .map(({ text }) => text)
        .sort(),
      texts,
      'the texts',
    )
  },

  'says that a message was refused for good': async harness => {
    const error = await failure(harness, 'refuse')
    equal([error.code, error.retryable], ['channel_refused', false], 'code and retryable')
  },

  'says that a message may be taken later': async harness => {
    const error = await failure(harness, 'overload')
    equal([error.code, error.retryable], ['channel_refused', true], 'code and retryable')
  },

  'admits when it does not know': async harness => {
    for (const answer of ['garbage', 'reset'] as const) {
      const error = await failure(harness, answer)
      equal([error.code, error.retryable], ['channel_unknown', false], `code and retryable of "${answer}"`)
    }
  },

  'asks once, whatever the answer': async harness => {
    const answers = ['refuse', 'overload', 'garbage', 'reset'] as const
    for (const answer of answers) await failure(harness, answer)
    equal(harness.requested().length, answers.length, 'requests: only the outbox sends again')
  },

  'keeps texts out of its errors': async harness => {
    for (const answer of ['refuse', 'overload', 'garbage', 'reset'] as const) {
      const error = await failure(harness, answer, 'the code of the gate is 4711')
      ok(
        !`${error.message} ${String(error.cause)}`.includes('4711'),
        `the error of "${answer}" tells no text`,
      )
    }
  },

  'sends again after a failure': async harness => {
    await failure(harness, 'reset')
    harness.answerWith('accept')
    await harness.channel.send(messageTo(harness, 'again'))
    equal(harness.requested().at(-1)?.text, 'again', 'the last request')
  },

  'stops waiting when it is told to, and admits that it does not know': async harness => {
    harness.answerWith('hang')
    const controller = new AbortController()
    const sending = harness.channel.send(messageTo(harness, 'hello'), { signal: controller.signal })
    const ended = endsWith(sending, 'a send that was told to stop')
    await eventually(() => harness.requested().length === 1, 'the request')
    controller.abort(new Error('enough'))
    const error = asChannelError(await ended, 'a send that was told to stop')
    equal([error.code, error.retryable], ['channel_unknown', false], 'code and retryable')
  },

  'sends nothing when it was told to stop before': async harness => {
    harness.answerWith('accept')
    const signal = AbortSignal.abort(new Error('enough'))
    const sending = harness.channel.send(messageTo(harness, 'hello'), { signal })
    const error = asChannelError(await endsWith(sending, 'a send with an aborted signal'), 'its error')
    equal([error.code, error.retryable], ['channel_refused', true], 'code and retryable')
    equal(harness.requested(), [], 'what the provider was asked')
  },
}

export const quotingTests: ChannelTests = {
  'quotes the message that it is told to quote': async harness => {
    harness.answerWith('accept')
    const question = sampleId(harness, 'question')
    await harness.channel.send(messageTo(harness, 'At nine.', question))
    equal(only(harness.requested(), 'requests').quotedId, question, 'the quote')
  },

  'quotes each message where several are sent at once': async harness => {
    harness.answerWith('accept')
    const numbers = ['1', '2', '3', '4', '5']
    const messages = numbers.map(text => messageTo(harness, text, sampleId(harness, text)))
    await Promise.all(messages.map(message => harness.channel.send(message)))
    const pairs = harness.requested().map(({ text, quotedId }) => `${text} ${quotedId}`)
    const expected = numbers.map(text => `${text} ${sampleId(harness, text)}`)
    equal(pairs.sort(), expected, 'texts and quotes')
  },
}

/** Of a channel whose provider knows no quotes: an answer is worth more than its quote. */
export const noQuotingTests: ChannelTests = {
  'sends the text without the quote': async harness => {
    harness.answerWith('accept')
    await harness.channel.send(messageTo(harness, 'At nine.', sampleId(harness, 'question')))
    const { text, quotedId } = only(harness.requested(), 'requests')
    equal([text, quotedId], ['At nine.', undefined], 'text and quote')
  },
}
