import type { OutboundMessage, Received } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { type Answer, json, startServer } from '../../http/local-server.test.support.js'
import { type WhapiChannelOptions, whapiChannel } from './index.js'
import {
  account,
  channelOptions,
  chatId,
  message,
  own,
  phone,
  post,
  webhook,
} from './webhook/samples.test.support.js'

const sentId = 'o.00000001.g4CA-sample'
const takeover = { type: 'message', author: 'operator' }
const receipt = { type: 'status', status: 'sent', providerId: sentId }

const outbound: OutboundMessage = {
  id: 'outbound-1',
  channel: 'whapi',
  account,
  to: { kind: 'phone', value: `+${phone}` },
  content: { type: 'text', text: 'We are.' },
}

const accepted = json(200, { sent: true, message: { id: sentId, status: 'pending' } })
const echoOf = (id: string, fields: object = {}) =>
  post(JSON.stringify(webhook({ messages: [own({ id, source: 'api', ...fields })] })))

async function open(answer: Answer, options: Partial<WhapiChannelOptions> = {}) {
  const server = await startServer((response, socket) => answer(response, socket))
  return whapiChannel({ ...channelOptions, otherTools: true, apiUrl: server.url, ...options })
}

describe('with other tools, an echo of a send of ours is a receipt', () => {
  test('after the answer', async () => {
    const channel = await open(accepted)
    await channel.send(outbound)
    expect(channel.receive(echoOf(sentId))).toMatchObject({ events: [receipt], response: { status: 200 } })
  })

  test('before the answer: it waits for it', async () => {
    let echoed: Received | Promise<Received> | undefined
    const channel = await open((response, socket) => {
      echoed = channel.receive(echoOf(sentId))
      accepted(response, socket)
    })
    await channel.send(outbound)
    expect(echoed).toBeInstanceOf(Promise)
    expect(await echoed).toMatchObject({ events: [receipt], response: { status: 200 } })
  })

  test('a reaction of ours has no id, and is one too', async () => {
    const channel = await open(json(200, { success: true }))
    await channel.send({ ...outbound, content: { type: 'reaction', targetId: 's.1-a', emoji: '👍' } })
    const action = { target: 's.1-a', type: 'reaction', emoji: '👍' }
    expect(channel.receive(echoOf('o.2-a', { type: 'action', action }))).toMatchObject({
      events: [{ type: 'status', providerId: 'o.2-a' }],
    })
  })
})

describe('with other tools, what somebody else sent with the token takes over', () => {
  test('when nothing is under way, at once', async () => {
    const channel = await open(accepted)
    expect(channel.receive(echoOf('crm.1-a'))).toMatchObject({
      events: [{ ...takeover, providerId: 'crm.1-a', content: { type: 'text' } }],
    })
  })

  test('also while a send is under way, and after one that failed', async () => {
    let echoed: Received | Promise<Received> | undefined
    const channel = await open((response, socket) => {
      echoed = channel.receive(echoOf('crm.1-a'))
      json(400, { error: { code: 400 } })(response, socket)
    })
    await expect(channel.send(outbound)).rejects.toMatchObject({ code: 'channel_refused' })
    expect(await echoed).toMatchObject({ events: [takeover] })
    expect(channel.receive(echoOf('crm.2-a'))).toMatchObject({ events: [takeover] })
  })

  test('customers do not wait for sends', async () => {
    let received: Received | Promise<Received> | undefined
    const channel = await open((response, socket) => {
      received = channel.receive(post(JSON.stringify(webhook({ messages: [message({ chat_id: chatId })] }))))
      accepted(response, socket)
    })
    await channel.send(outbound)
    expect(received).toMatchObject({ events: [{ type: 'message', author: 'customer' }] })
  })
})

test('without other tools all that comes over the API is ours', async () => {
  const channel = await open(accepted, { otherTools: false })
  expect(channel.receive(echoOf('crm.1-a'))).toMatchObject({
    events: [{ ...receipt, providerId: 'crm.1-a' }],
  })
})
