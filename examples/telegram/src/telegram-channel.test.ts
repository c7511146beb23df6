import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { ChannelEvent } from '@switchboard/core'
import {
  type ChannelHarness,
  channelContract,
  type ProviderAnswer,
  type ProviderMessage,
} from '@switchboard/core/contracts'
import { describe, expect, it } from 'vitest'
import { telegramChannel } from './telegram-channel.js'

const token = '7000000001:a-sample-of-a-token'
const webhookSecret = 'a-long-random-text'
const person = 700000042

const reply = (status: number, body: unknown) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

const answers: Readonly<Record<ProviderAnswer, (response: ServerResponse, socket: Socket) => void>> = {
  accept: reply(200, { ok: true, result: { message_id: 12, chat: { id: person }, date: 1_789_000_000 } }),
  refuse: reply(403, { ok: false, error_code: 403, description: 'Forbidden: bot was blocked by the user' }),
  overload: reply(429, { ok: false, error_code: 429, parameters: { retry_after: 3 } }),
  garbage: reply(200, '<html>All is well</html>'),
  hang: () => undefined,
  reset: (_response, socket) => socket.resetAndDestroy(),
}

interface SendMessage {
  readonly chat_id: string
  readonly text: string
  readonly reply_parameters?: { readonly message_id: number }
}

async function makeHarness(): Promise<ChannelHarness> {
  const requested: ProviderMessage[] = []
  let answer = answers.accept
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { chat_id, text, reply_parameters } = JSON.parse(Buffer.concat(chunks).toString()) as SendMessage
    const quoted = reply_parameters?.message_id
    requested.push({
      to: chat_id,
      text,
      ...(quoted !== undefined && { quotedId: `${person}:${quoted}` }),
    })
    answer(response, request.socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    channel: telegramChannel({ token, webhookSecret, apiUrl }),
    person: { identity: { kind: 'id', value: String(person) }, address: String(person) },
    sampleId: name => `${person}:${numberOf(name)}`,
    answerWith: next => {
      answer = answers[next]
    },
    requested: () => requested,
    reportOf: ({ providerId, text }) =>
      Buffer.from(JSON.stringify(update({ message_id: Number(providerId.split(':')[1]), text }))),
    webhook: (body, from) => webhook(body, from === 'provider' ? webhookSecret : 'a guess'),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** A message's number for a name: the same for the same. */
function numberOf(name: string): number {
  let number = 7
  for (const char of name) number = (number * 31 + char.charCodeAt(0)) % 1_000_000_007
  return number
}

function update(message: object): object {
  return {
    update_id: 900000001,
    message: {
      message_id: 11,
      from: { id: person, is_bot: false, first_name: 'Alex', last_name: 'Rivera' },
      chat: { id: person, type: 'private', first_name: 'Alex' },
      date: 1_789_000_000,
      ...message,
    },
  }
}

function webhook(body: Uint8Array, secret: string) {
  const get = (name: string) => (name === 'x-telegram-bot-api-secret-token' ? secret : null)
  return { method: 'POST', url: '/telegram', headers: { get }, body }
}

describe('what every channel does', () => {
  for (const { name, run } of channelContract(makeHarness)) it(name, run)
})

describe('what Telegram brings', () => {
  const channel = telegramChannel({ token, webhookSecret })
  async function read(body: object): Promise<ChannelEvent | undefined> {
    const received = await channel.receive?.(webhook(Buffer.from(JSON.stringify(body)), webhookSecret))
    expect(received?.response.status).toBe(200)
    return received?.events[0]
  }

  it('quotes, times, names and files are read', async () => {
    const photo = [{ file_id: 'small' }, { file_id: 'large' }]
    const event = await read(update({ photo, caption: 'This one?', reply_to_message: { message_id: 9 } }))
    expect(event).toMatchObject({
      type: 'message',
      providerId: `${person}:11`,
      quotedId: `${person}:9`,
      sentAt: 1_789_000_000_000,
      chat: { kind: 'direct', person: { name: 'Alex Rivera' } },
      content: { type: 'image', media: { id: 'large' }, caption: 'This one?' },
    })
  })

  it('a group is a group, and who wrote is its sender', async () => {
    const event = await read(update({ chat: { id: -100500, type: 'supergroup', title: 'Team' }, text: 'hi' }))
    expect(event).toMatchObject({
      chat: { kind: 'group', id: '-100500' },
      sender: { identities: [{ kind: 'id', value: String(person) }] },
    })
  })

  it('an edit names the message that it changes', async () => {
    const { message } = update({ edit_date: 1_789_000_060, text: 'at ten' }) as { message: object }
    expect(await read({ update_id: 2, edited_message: message })).toMatchObject({
      type: 'edit',
      targetId: `${person}:11`,
      providerId: `${person}:11:edit:1789000060`,
    })
  })

  it.each([{ update_id: 3, my_chat_member: {} }, { update_id: 4 }, {}, { message: { chat: 7 } }])(
    'what it does not know is told, not lost: %j',
    async body => expect(await read(body)).toMatchObject({ type: 'notice', raw: body }),
  )
})
