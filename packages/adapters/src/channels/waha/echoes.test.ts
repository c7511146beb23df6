import type { OutboundContent, Received } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { accepted, json, open, outbound, startWaha } from './api/fake-waha.test.support.js'
import { clientIdOf } from './ids.js'
import { wahaChannel } from './index.js'
import { channelOptions, chat, lid, own, post, seconds, webhook } from './webhook/samples.test.support.js'

const text: OutboundContent = { type: 'text', text: 'At nine.' }
const image: OutboundContent = { type: 'image', media: { url: 'https://cdn.example/tea.jpg' } }

const echoOf = (stanza: string, source: string | undefined, fields: object = {}) =>
  post(webhook('message.any', own({ id: `true_${chat}_${stanza}`, source, ...fields })))

const receipt = { type: 'status', status: 'sent', at: seconds * 1000 }
const takeover = { type: 'message', author: 'operator' }

describe('an echo of a send of ours is a receipt', () => {
  test('after the answer, whatever the engine calls its source', async () => {
    const channel = open(await startWaha('WEBJS'))
    expect(await channel.send(outbound(text))).toEqual({ providerId: '3EB0ACCEPTED' })
    for (const source of ['api', 'app', undefined]) {
      const { events } = await channel.receive(echoOf('3EB0ACCEPTED', source))
      expect(events).toMatchObject([{ ...receipt, providerId: '3EB0ACCEPTED', outboundId: 'outbound-1' }])
    }
  })

  test('before the answer, under the id that went with it', async () => {
    const waha = await startWaha('NOWEB')
    const channel = open(waha)
    const echoed: Promise<unknown>[] = []
    waha.answerWith((response, call, socket) => {
      const received = channel.receive(echoOf(call.body.id, 'api'))
      echoed.push(Promise.resolve(received))
      // The echo does not wait: the id alone tells.
      expect(received).not.toBeInstanceOf(Promise)
      accepted(response, call, socket)
    })
    const providerId = clientIdOf('outbound-1')
    expect(await channel.send(outbound(text))).toEqual({ providerId })
    expect(await echoed[0]).toMatchObject({ events: [{ ...receipt, providerId, outboundId: 'outbound-1' }] })
  })

  test('before the answer, under an id of the engine: it waits for the answer', async () => {
    for (const source of ['app', undefined]) {
      const waha = await startWaha('GOWS')
      const channel = open(waha)
      let echoed: Promise<unknown> | undefined
      waha.answerWith((response, call, socket) => {
        echoed = Promise.resolve(channel.receive(echoOf('3EB0ACCEPTED', source)))
        accepted(response, call, socket)
      })
      await channel.send(outbound(image))
      expect(await echoed).toMatchObject({ events: [{ ...receipt, outboundId: 'outbound-1' }] })
    }
  })

  test('before the answer, under another address of the chat', async () => {
    const waha = await startWaha('WEBJS')
    const channel = open(waha)
    let echoed: Promise<unknown> | undefined
    waha.answerWith((response, call, socket) => {
      const hidden = { id: `true_${lid}_3EB0ACCEPTED`, to: lid }
      echoed = Promise.resolve(channel.receive(echoOf('3EB0ACCEPTED', 'app', hidden)))
      accepted(response, call, socket)
    })
    await channel.send(outbound(text))
    expect(await echoed).toMatchObject({ events: [{ ...receipt, outboundId: 'outbound-1' }] })
  })

  test('before the answer, from the API: nobody else writes there, so it does not wait', async () => {
    const waha = await startWaha('WEBJS')
    const channel = open(waha)
    let echoed: unknown
    waha.answerWith((response, call, socket) => {
      echoed = channel.receive(echoOf('3EB0ACCEPTED', 'api'))
      accepted(response, call, socket)
    })
    await channel.send(outbound(image))
    expect(echoed).toMatchObject({ events: [{ ...receipt, providerId: '3EB0ACCEPTED' }, { type: 'notice' }] })
  })

  test('before the answer, where other tools write too: it waits as well', async () => {
    const waha = await startWaha('WEBJS')
    const channel = open(waha, { otherTools: true })
    let echoed: Promise<unknown> | undefined
    waha.answerWith((response, call, socket) => {
      echoed = Promise.resolve(channel.receive(echoOf('3EB0ACCEPTED', 'api')))
      accepted(response, call, socket)
    })
    await channel.send(outbound(image))
    expect(await echoed).toMatchObject({ events: [{ ...receipt, outboundId: 'outbound-1' }] })
  })

  test('when the answer never came, and then its receipts too', async () => {
    const waha = await startWaha('GOWS')
    const channel = open(waha)
    waha.answerWith((_response, _call, socket) => socket.destroy())
    await expect(channel.send(outbound(text))).rejects.toMatchObject({ code: 'channel_unknown' })
    const providerId = clientIdOf('outbound-1')
    const ack = post(webhook('message.ack', { id: `true_${chat}_${providerId}`, ack: 2 }))
    expect((await channel.receive(ack)).events).toMatchObject([
      { type: 'status', status: 'delivered', providerId, outboundId: 'outbound-1' },
    ])
  })

  test('in another process, by its id', async () => {
    const channel = wahaChannel({ ...channelOptions, otherTools: true })
    const { events } = await channel.receive(echoOf(clientIdOf('outbound-7'), 'api'))
    expect(events).toMatchObject([{ ...receipt, providerId: clientIdOf('outbound-7') }])
  })
})

describe('what somebody else wrote', () => {
  test('on the phone takes over, also while a send is under way', async () => {
    const waha = await startWaha('WEBJS')
    const channel = open(waha)
    let echoed: Promise<Received> | undefined
    waha.answerWith((response, call, socket) => {
      echoed = Promise.resolve(channel.receive(echoOf('3EBPHONE', 'app')))
      accepted(response, call, socket)
    })
    await channel.send(outbound(text))
    expect(await echoed).toMatchObject({ events: [takeover], response: { status: 200 } })
  })

  test('waits for no send of another session, nor for one that has failed', async () => {
    const waha = await startWaha('WEBJS')
    const channel = open(waha, { engine: 'WEBJS' })
    waha.answerWith((response, call, socket) => {
      const elsewhere = webhook('message.any', own({ source: 'app' }), { session: 'branch-2' })
      expect(channel.receive(post(elsewhere))).toMatchObject({ events: [takeover] })
      json(400, { message: 'no' })(response)
      void call
      void socket
    })
    await expect(channel.send(outbound(text))).rejects.toMatchObject({ code: 'channel_refused' })
    expect(channel.receive(echoOf('3EBPHONE', 'app'))).toMatchObject({ events: [takeover] })
  })

  test('through the API counts as ours and is told, unless there are other tools', () => {
    const echo = echoOf('3EBTOOL', 'api')
    expect(wahaChannel(channelOptions).receive(echo)).toMatchObject({
      events: [
        { ...receipt, providerId: '3EBTOOL' },
        { type: 'notice', kind: 'message.any' },
      ],
    })
    const channel = wahaChannel({ ...channelOptions, otherTools: true })
    expect(channel.receive(echo)).toMatchObject({ events: [takeover] })
  })

  test.each<[what: string, fields: Record<string, unknown>]>([
    ['as a text', { fromMe: 'true' }],
    ["as Python's text", { fromMe: 'True' }],
    ['as a number', { fromMe: 1 }],
    ['not at all, but from our own number', { fromMe: undefined, from: '493055500100@c.us', to: chat }],
  ])('says so %s: nobody answers it', (_what, fields) => {
    const echo = webhook('message.any', own({ id: '3EBBARE', source: 'app', ...fields }))
    const { events } = wahaChannel(channelOptions).receive(post(echo)) as Received
    expect(events).toMatchObject([{ ...takeover, providerId: '3EBBARE' }])
  })

  test('with an id that looks like ours, on the phone, takes over', () => {
    const channel = wahaChannel(channelOptions)
    expect(channel.receive(echoOf(clientIdOf('x'), 'app'))).toMatchObject({ events: [takeover] })
  })
})
