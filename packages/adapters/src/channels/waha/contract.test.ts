import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import {
  type ChannelHarness,
  channelContract,
  type ProviderAnswer,
  type ProviderMessage,
} from '@switchboard/core/contracts'
import { describe, it } from 'vitest'
import { json } from './api/fake-waha.test.support.js'
import { type WahaChannelOptions, wahaChannel } from './index.js'
import { channelOptions, message, phone, post, sign, webhook } from './webhook/samples.test.support.js'

const hmacKey = 'sample-hmac-key'

const answers: Readonly<Record<ProviderAnswer, (response: ServerResponse, socket: Socket) => void>> = {
  accept: json(201, { id: `true_${phone}@c.us_3EB0ACCEPTED`, source: 'api' }),
  refuse: json(422, { statusCode: 422, message: ['chatId must be a string'], error: 'Unprocessable Entity' }),
  overload: json(422, { message: 'Session status is not as expected. Try again later', status: 'STARTING' }),
  garbage: response => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>All is well</html>')
  },
  hang: () => undefined,
  reset: (_response, socket) => socket.resetAndDestroy(),
}

async function makeHarness(engine: string, options: Partial<WahaChannelOptions>): Promise<ChannelHarness> {
  const requested: ProviderMessage[] = []
  let answer = answers.accept
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.url === '/api/sessions/default') return json(200, { engine: { engine } })(response)
    const { chatId, text, reply_to } = JSON.parse(Buffer.concat(chunks).toString())
    const quotedId = reply_to?.replace(`false_${chatId}_`, '')
    requested.push({ to: chatId, text, ...(quotedId && { quotedId }) })
    answer(response, request.socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    channel: wahaChannel({ ...channelOptions, url, apiKey: 'sample-key-of-waha', hmacKey, ...options }),
    person: { identity: { kind: 'phone', value: `+${phone}` }, address: `${phone}@c.us` },
    answerWith: next => {
      answer = answers[next]
    },
    requested: () => requested,
    reportOf: ({ providerId, from, text }) => {
      const address = `${from.value.slice(1)}@c.us`
      const payload = message({ id: `false_${address}_${providerId}`, from: address, body: text })
      return Buffer.from(JSON.stringify(webhook('message.any', payload, { id: `evt_${providerId}` })))
    },
    webhook: (body, from) =>
      post(body, { 'x-webhook-hmac': sign(body, from === 'provider' ? hmacKey : 'a guess') }),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

describe.each<[name: string, engine: string, options: Partial<WahaChannelOptions>]>([
  ['NOWEB', 'NOWEB', {}],
  ['WEBJS', 'WEBJS', {}],
  ['an engine told by an option, and fetch', 'none', { engine: 'GOWS', fetch }],
])('what every channel does, with %s', (_name, engine, options) => {
  for (const { name, run } of channelContract(() => makeHarness(engine, options))) it(name, run)
})
