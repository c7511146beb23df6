import type { Channel } from '@switchboard/core'
import {
  type ChannelHarness,
  channelContract,
  type PollAnswer,
  type ProviderAnswer,
} from '@switchboard/core/contracts'
import { describe, expect, it } from 'vitest'
import { mcpChannel } from './index.js'
import { type Intercept, makePhone, type Phone } from './phone.test.support.js'
import { type RunningServer, startLegacy, startModern, startSse } from './servers.test.support.js'

const person = '15550001234'
const chat = `${person}@s.whatsapp.net`

const words = (text: string, isError = false) => ({ content: [{ type: 'text' as const, text }], isError })

const intercepts: Partial<Record<ProviderAnswer | PollAnswer, Intercept>> = {
  refuse: () => words('Error: recipient is not on WhatsApp', true),
  overload: () => words('Error: rate limit, try again in a minute', true),
  garbage: () => words('<html>All is well</html>'),
  hang: () => new Promise(() => undefined),
}

interface Wire {
  readonly transport?: 'http' | 'sse'
  start(phone: Phone): Promise<RunningServer>
}

async function makeHarness(
  { transport = 'http', start }: Wire,
  spoil: (channel: Channel) => Partial<Channel> = () => ({}),
): Promise<ChannelHarness> {
  const phone = makePhone()
  const server = await start(phone)
  const answers: { send: ProviderAnswer; poll: PollAnswer } = { send: 'accept', poll: 'list' }
  phone.state.intercept = (tool, values) => {
    const answer = tool === 'send_message' ? answers.send : answers.poll
    if (answer === 'reset') server.breakConnections()
    return intercepts[answer]?.(tool, values)
  }
  const made: ReturnType<typeof mcpChannel>[] = []
  const makeChannel = () => {
    const channel = mcpChannel({ url: server.url, transport })
    made.push(channel)
    return { ...channel, ...spoil(channel) }
  }
  return {
    channel: makeChannel(),
    person: { identity: { kind: 'phone', value: `+${person}` }, address: chat },
    answerWith(answer) {
      answers.send = answer
    },
    requested: () =>
      phone.sends().map(({ chat_id, text, reply_to }) => ({
        to: String(chat_id),
        text: String(text),
        ...(reply_to !== undefined && { quotedId: String(reply_to) }),
      })),
    reportOf: () => new Uint8Array(),
    webhook: body => ({ method: 'POST', url: '/', headers: { get: () => null }, body }),
    polling: {
      arrives: ({ providerId, text }, ageMs) =>
        void phone.add(chat, text, Date.now() - ageMs, false, providerId),
      answerPollsWith(answer) {
        answers.poll = answer
      },
      restart: makeChannel,
    },
    async close() {
      for (const channel of made) await channel.close()
      await server.close()
    },
  }
}

const polls = { receives: false, polls: true }

describe.each<[string, Wire]>([
  ['2026-07-28 over HTTP', { start: startModern }],
  ['2025-11-25 with sessions', { start: startLegacy }],
  ['SSE', { transport: 'sse', start: startSse }],
])('what every channel does, over %s', (_name, wire) => {
  for (const { name, run } of channelContract(() => makeHarness(wire), polls)) it(name, run)
})

type Poll = NonNullable<Channel['poll']>

/** The theme has to notice channels that are broken on purpose. */
const defects: readonly [name: string, spoil: (poll: Poll) => Poll, noticedBy: readonly string[]][] = [
  ['forgets its cursor', poll => (_cursor, options) => poll(undefined, options), ['goes on after a restart']],
  [
    'makes new ids for every poll',
    poll => async (cursor, options) => {
      const polled = await poll(cursor, options)
      const events = polled.events.map(event =>
        event.type === 'message' ? { ...event, providerId: crypto.randomUUID() } : event,
      )
      return { ...polled, events }
    },
    ['gives the same ids again for the same cursor', 'reports a text that came after the start'],
  ],
  [
    'never reports the same twice',
    poll => {
      const told = new Set<string>()
      return async (cursor, options) => {
        const polled = await poll(cursor, options)
        const events = polled.events.filter(event => !('providerId' in event) || !told.has(event.providerId))
        for (const event of events) if ('providerId' in event) told.add(event.providerId)
        return { ...polled, events }
      }
    },
    ['loses nothing when a cursor was not kept'],
  ],
  [
    'takes its own messages for an operator’s',
    poll => async (cursor, options) => {
      const polled = await poll(cursor, options)
      const events = polled.events.map(event =>
        event.type === 'status'
          ? ({
              type: 'message',
              channel: event.channel,
              account: event.account,
              providerId: event.providerId,
              chat: { kind: 'group', id: 'somewhere' },
              author: 'operator',
              content: { type: 'text', text: 'x' },
            } as const)
          : event,
      )
      return { ...polled, events }
    },
    ['reports nothing that it sent itself as a message, before a restart and after'],
  ],
  [
    'swallows its failures',
    poll => (cursor, options) => poll(cursor, options).catch(() => ({ events: [], cursor: cursor ?? '' })),
    ['fails in a way that can be tried again, and then goes on', 'does not poll when it was told to stop'],
  ],
]

it.each(defects)('notices a channel that %s', async (_name, spoil, noticedBy) => {
  const make = () => makeHarness({ start: startModern }, ({ poll }) => (poll ? { poll: spoil(poll) } : {}))
  const failed: string[] = []
  for (const { name, run } of channelContract(make, polls).filter(({ name }) =>
    name.startsWith('polling:'),
  )) {
    await run().catch(() => failed.push(name.replace('polling: ', '')))
  }
  expect(failed).toEqual(expect.arrayContaining([...noticedBy]))
})
