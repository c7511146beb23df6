import {
  type ChannelHarness,
  channelContract,
  type ProviderAnswer,
  type ProviderMessage,
} from '@switchboard/core/contracts'
import { describe, it } from 'vitest'
import { type Answer, json, startServer } from '../../http/local-server.test.support.js'
import { accepted } from './gate/answers.test.support.js'
import { type WhapiChannelOptions, whapiChannel } from './index.js'
import { channelOptions, message, phone, post, webhook } from './webhook/samples.test.support.js'

const webhookSecret = 'sample-hook-secret'

const answers: Readonly<Record<ProviderAnswer, Answer>> = {
  accept: accepted,
  refuse: json(404, { error: { code: 404, message: 'not found', details: 'Specified chat not found' } }),
  overload: json(429, { error: { code: 429, message: 'too many requests' } }),
  garbage: json(200, '<html>All is well</html>'),
  hang: () => undefined,
  reset: (_response, socket) => socket.resetAndDestroy(),
}

async function makeHarness(options: Partial<WhapiChannelOptions>): Promise<ChannelHarness> {
  let answer = answers.accept
  const server = await startServer((response, socket) => answer(response, socket))
  const requested = (): ProviderMessage[] =>
    server.requests.map(({ body }) => {
      const { to, body: text, quoted } = JSON.parse(body)
      return { to, text, ...(quoted !== undefined && { quotedId: quoted }) }
    })
  return {
    channel: whapiChannel({ ...channelOptions, webhookSecret, apiUrl: server.url, ...options }),
    person: { identity: { kind: 'phone', value: `+${phone}` }, address: phone },
    answerWith: next => {
      answer = answers[next]
    },
    requested,
    reportOf: ({ providerId, from, text }) => {
      const digits = from.value.slice(1)
      const fields = {
        id: providerId,
        from: digits,
        chat_id: `${digits}@s.whatsapp.net`,
        text: { body: text },
      }
      return Buffer.from(JSON.stringify(webhook({ messages: [message(fields)] })))
    },
    webhook: (body, from) =>
      post(body, { authorization: `Bearer ${from === 'provider' ? webhookSecret : 'a guess'}` }),
    // The server ends with the test.
    close: async () => undefined,
  }
}

describe.each<[name: string, options: Partial<WhapiChannelOptions>]>([
  ['the built-in client', {}],
  ['fetch', { fetch }],
])('what every channel does, with %s', (_name, options) => {
  for (const { name, run } of channelContract(() => makeHarness(options))) it(name, run)
})
