import { type ChannelHarness, channelContract, type ProviderAnswer } from '@switchboard/core/contracts'
import { describe, it } from 'vitest'
import { mcpChannel } from './index.js'
import { type Intercept, makePhone, type Phone } from './phone.test.support.js'
import { type RunningServer, startLegacy, startModern, startSse } from './servers.test.support.js'

const person = '15550001234'

const words = (text: string, isError = false) => ({ content: [{ type: 'text' as const, text }], isError })

const intercepts: Partial<Record<ProviderAnswer, Intercept>> = {
  refuse: () => words('Error: recipient is not on WhatsApp', true),
  overload: () => words('Error: rate limit, try again in a minute', true),
  garbage: () => words('<html>All is well</html>'),
  hang: () => new Promise(() => undefined),
}

interface Wire {
  readonly transport?: 'http' | 'sse'
  start(phone: Phone): Promise<RunningServer>
}

async function makeHarness({ transport = 'http', start }: Wire): Promise<ChannelHarness> {
  const phone = makePhone()
  const server = await start(phone)
  const channel = mcpChannel({ url: server.url, transport })
  return {
    channel,
    person: {
      identity: { kind: 'phone', value: `+${person}` },
      address: `${person}@s.whatsapp.net`,
    },
    answerWith(answer) {
      const intercept = intercepts[answer]
      phone.state.intercept = (tool, values) => {
        if (tool !== 'send_message') return undefined
        if (answer === 'reset') server.breakConnections()
        return intercept?.(tool, values)
      }
    },
    requested: () =>
      phone.sends().map(({ chat_id, text, reply_to }) => ({
        to: String(chat_id),
        text: String(text),
        ...(reply_to !== undefined && { quotedId: String(reply_to) }),
      })),
    reportOf: () => new Uint8Array(),
    webhook: body => ({ method: 'POST', url: '/', headers: { get: () => null }, body }),
    async close() {
      await channel.close()
      await server.close()
    },
  }
}

describe.each<[string, Wire]>([
  ['2026-07-28 over HTTP', { start: startModern }],
  ['2025-11-25 with sessions', { start: startLegacy }],
  ['SSE', { transport: 'sse', start: startSse }],
])('what every channel does, over %s', (_name, wire) => {
  for (const { name, run } of channelContract(() => makeHarness(wire), { receives: false })) it(name, run)
})
