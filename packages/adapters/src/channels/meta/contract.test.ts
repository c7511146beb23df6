import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type ChannelHarness,
  channelContract,
  type ProviderAnswer,
  type ProviderMessage,
} from '@switchboard/core/contracts'
import { describe, it } from 'vitest'
import type { Answer } from '../../http/local-server.test.support.js'
import { accepted, json } from '../../http/local-server.test.support.js'
import { type MetaChannelOptions, metaChannel } from './index.js'
import {
  change,
  channelOptions,
  contact,
  message,
  phone,
  post,
  sign,
  webhook,
} from './webhook/samples.test.support.js'

const appSecret = 'sample-app-secret'

const answers: Readonly<Record<ProviderAnswer, Answer>> = {
  accept: accepted,
  refuse: json(400, { error: { code: 131026, message: 'Message undeliverable' } }),
  overload: json(429, { error: { code: 130429, message: 'Rate limit hit' } }),
  garbage: json(200, '<html>All is well</html>'),
  hang: () => undefined,
  reset: (_response, socket) => socket.resetAndDestroy(),
}

async function makeHarness(options: Partial<MetaChannelOptions>): Promise<ChannelHarness> {
  const requested: ProviderMessage[] = []
  let answer = answers.accept
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { to, text, context } = JSON.parse(Buffer.concat(chunks).toString())
    requested.push({ to, text: text.body, ...(context && { quotedId: context.message_id }) })
    answer(response, request.socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const graphUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    channel: metaChannel({ ...channelOptions, appSecret, graphUrl, ...options }),
    person: { identity: { kind: 'phone', value: `+${phone}` }, address: `+${phone}` },
    answerWith: next => {
      answer = answers[next]
    },
    requested: () => requested,
    reportOf: ({ providerId, from, text }) => {
      const fields = { id: providerId, from: from.value.slice(1), text: { body: text } }
      return Buffer.from(
        JSON.stringify(webhook(change({ contacts: [contact], messages: [message(fields)] }))),
      )
    },
    webhook: (body, from) =>
      post(body, { 'x-hub-signature-256': sign(body, from === 'provider' ? appSecret : 'a guess') }),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

describe.each<[name: string, options: Partial<MetaChannelOptions>]>([
  ['the built-in client', {}],
  ['fetch', { fetch }],
])('what every channel does, with %s', (_name, options) => {
  for (const { name, run } of channelContract(() => makeHarness(options))) it(name, run)
})
