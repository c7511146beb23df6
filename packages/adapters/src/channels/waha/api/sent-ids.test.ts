import type { OutboundContent, Peer } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { clientIdOf } from '../ids.js'
import type { WahaChannel } from '../index.js'
import { chat, group, lid, message, own, phone, post, webhook } from '../webhook/samples.test.support.js'
import {
  accepted,
  type FakeWaha,
  json,
  open,
  outbound,
  type Reply,
  startWaha,
} from './fake-waha.test.support.js'

const customer: Peer = { kind: 'phone', value: `+${phone}` }

describe('ids of ours', () => {
  const id = clientIdOf('outbound-1')
  const text: OutboundContent = { type: 'text', text: 'At nine.' }

  test.each(['NOWEB', 'GOWS'])('go to %s, the same each time; the session is asked once', async engine => {
    const waha = await startWaha(engine)
    const channel = open(waha)
    for (const _attempt of [1, 2]) expect(await channel.send(outbound(text))).toEqual({ providerId: id })
    expect(waha.calls.map(({ body }) => body.id)).toEqual([id, id])
    expect(waha.sessionReads()).toBe(1)
  })

  test.each(['WEBJS', 'WPP', undefined])('do not go to %s', async engine => {
    const waha = await startWaha(engine)
    waha.session = engine ? { engine: { engine } } : { name: 'default' }
    expect(await open(waha).send(outbound(text))).toEqual({ providerId: '3EB0ACCEPTED' })
    expect(waha.calls[0]?.body).not.toHaveProperty('id')
  })

  test('go with all that takes them, and with nothing else', async () => {
    const waha = await startWaha('GOWS')
    const channel = open(waha, { engine: 'GOWS' })
    await channel.send(outbound({ type: 'location', latitude: 1, longitude: 2 }))
    await channel.send(outbound({ type: 'contacts', contacts: [{ phones: ['+4915155500003'] }] }))
    await channel.send(outbound({ type: 'poll', question: 'Tea?', options: ['Green'] }))
    await channel.send(outbound({ type: 'image', media: { url: 'https://cdn.example/1.jpg' } }))
    expect(waha.calls.map(({ body }) => body.id)).toEqual([id, id, id, undefined])
    expect(waha.sessionReads()).toBe(0)
  })

  test('a webhook that names the engine spares the question', async () => {
    const waha = await startWaha('WEBJS')
    const channel = open(waha)
    await channel.receive(post(webhook('message', message(), { engine: 'NOWEB' })))
    await channel.send(outbound(text))
    expect([waha.sessionReads(), waha.calls[0]?.body.id]).toEqual([0, id])
  })

  test('are left out when the session may not be read, and asked about again', async () => {
    const waha = await startWaha('GOWS')
    waha.sessionStatus = 403
    const channel = open(waha)
    expect(await channel.send(outbound(text))).toEqual({ providerId: '3EB0ACCEPTED' })
    waha.sessionStatus = 200
    expect(await channel.send(outbound(text))).toEqual({ providerId: id })
  })

  test('are waited for when WAHA is away: nothing is sent', async () => {
    const waha = await startWaha('GOWS')
    waha.sessionStatus = 502
    const refusal = { code: 'channel_refused', retryable: true }
    await expect(open(waha).send(outbound(text))).rejects.toMatchObject(refusal)
    expect(waha.calls).toEqual([])
  })

  test('an old version that leaves it unread gives its own, which counts', async () => {
    const waha = await startWaha('GOWS')
    waha.answerWith(json(201, { id: `true_${chat}_3EBOLD` }))
    expect(await open(waha).send(outbound(text))).toEqual({ providerId: '3EBOLD' })
  })
})

describe('ids in full, for quotes, reactions and read marks', () => {
  const replyTo = async (channel: WahaChannel, waha: FakeWaha, quotedId: string, peer: Peer = customer) => {
    await channel.send(outbound({ type: 'text', text: 'Yes' }, { quotedId, to: peer }))
    return waha.calls.at(-1)?.body.reply_to
  }

  test('are built from the conversation', async () => {
    const waha = await startWaha('WEBJS')
    const channel = open(waha)
    expect(await replyTo(channel, waha, '3AFIRST')).toBe(`false_${chat}_3AFIRST`)
    expect(await replyTo(channel, waha, clientIdOf('x'))).toBe(`true_${chat}_${clientIdOf('x')}`)
    expect(await replyTo(channel, waha, '3AFIRST', { kind: 'group', value: group })).toBe(
      `false_${group}_3AFIRST`,
    )
  })

  test('are what WAHA wrote, where this process has seen it', async () => {
    const waha = await startWaha('WEBJS')
    const channel = open(waha, { engine: 'WEBJS' })
    const inGroup = message({ id: `false_${group}_3AGROUP_${lid}`, participant: lid })
    const hidden = message({ id: `false_${lid}_3AHIDDEN`, from: lid, _data: { Info: { SenderAlt: chat } } })
    const written = own({ id: `true_${chat}_3EPHONE` })
    for (const payload of [inGroup, hidden, written])
      await channel.receive(post(webhook('message.any', payload)))

    expect(await replyTo(channel, waha, '3AGROUP', { kind: 'group', value: group })).toBe(inGroup.id)
    // Asked for by phone, though the chat is known by its lid.
    expect(await replyTo(channel, waha, '3AHIDDEN')).toBe(hidden.id)
    expect(await replyTo(channel, waha, '3EPHONE')).toBe(written.id)
    expect(await replyTo(channel, waha, '3EB0ACCEPTED')).toBe(`true_${chat}_3EB0ACCEPTED`)
  })

  test('never lead to another chat: who gets an answer is not for an id to say', async () => {
    const waha = await startWaha('WEBJS')
    const channel = open(waha)
    const other = '4915155500009@c.us'
    await channel.receive(post(webhook('message', message({ id: `false_${other}_3AOTHER`, from: other }))))
    await channel.send(outbound({ type: 'reaction', targetId: '3AOTHER', emoji: '👍' }))
    expect(waha.calls[0]?.body.messageId).toBe(`false_${chat}_3AOTHER`)
  })

  test('a reaction, and one taken back', async () => {
    const waha = await startWaha('GOWS')
    waha.answerWith(json(200, {}))
    const channel = open(waha)
    expect(await channel.send(outbound({ type: 'reaction', targetId: '3AFIRST', emoji: '👍' }))).toEqual({})
    await channel.send(outbound({ type: 'reaction', targetId: '3AFIRST' }))
    const common = { session: 'default', messageId: `false_${chat}_3AFIRST` }
    expect(waha.calls.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'PUT', path: '/api/reaction', body: { ...common, reaction: '👍' } },
      { method: 'PUT', path: '/api/reaction', body: { ...common, reaction: '' } },
    ])
  })

  describe('in a group, of a message that this process has not seen', () => {
    const peer: Peer = { kind: 'group', value: group }
    const inGroup = `false_${group}_3AGROUP_${lid}`
    const page = `/api/default/chats/${group.replace('@', '%40')}/messages?limit=100&offset=0&downloadMedia=false`

    /** A WAHA whose chats hold these ids. */
    const holding =
      (...ids: unknown[]): Reply =>
      (response, call, socket) => {
        if (call.method === 'GET')
          json(
            200,
            ids.map(id => ({ id })),
          )(response)
        else if (call.path === '/api/sendText') accepted(response, call, socket)
        else json(201, {})(response)
      }

    test('WAHA is asked, once', async () => {
      const waha = await startWaha()
      waha.answerWith(holding(null, 7, `false_${chat}_3AOTHER`, inGroup))
      const channel = open(waha)
      const address = { account: 'default', to: peer, providerId: '3AGROUP' }
      await channel.markRead(address)
      await channel.send(outbound({ type: 'reaction', targetId: '3AGROUP', emoji: '👍' }, { to: peer }))
      expect(waha.calls.map(({ path }) => path)).toEqual([page, '/api/sendSeen', '/api/reaction'])
      expect(waha.calls[1]?.body).toEqual({
        session: 'default',
        chatId: group,
        messageIds: [inGroup],
        participant: lid,
      })
      expect(waha.calls[2]?.body.messageId).toBe(inGroup)
    })

    test.each([
      ['WEBJS', [page, '/api/sendText'], inGroup],
      ['GOWS', ['/api/sendText'], `false_${group}_3AGROUP`],
    ] as const)('a quote on %s', async (engine, paths, replied) => {
      const waha = await startWaha()
      waha.answerWith(holding(inGroup))
      await replyTo(open(waha, { engine }), waha, '3AGROUP', peer)
      expect(waha.calls.map(({ path }) => path)).toEqual(paths)
      expect(waha.calls.at(-1)?.body.reply_to).toBe(replied)
    })

    test.each<[why: string, reply: Reply]>([
      ['it does not know either', holding(`false_${group}_3AELSE_${lid}`)],
      ['its id is of another chat', holding(`false_${chat}_3AGROUP`)],
      [
        'it keeps no messages',
        (response, call) =>
          json(call.method === 'GET' ? 400 : 201, { message: 'Enable the store' })(response),
      ],
    ])('is built without the member when %s', async (_why, reply) => {
      const waha = await startWaha()
      waha.answerWith(reply)
      await open(waha).markRead({ account: 'default', to: peer, providerId: '3AGROUP' })
      expect(waha.calls.at(-1)?.body).toEqual({
        session: 'default',
        chatId: group,
        messageIds: [`false_${group}_3AGROUP`],
      })
    })
  })

  test('typing needs none', async () => {
    const waha = await startWaha()
    waha.answerWith(json(201))
    await open(waha).startTyping({ account: 'default', to: customer, providerId: '3AFIRST' })
    expect(waha.calls).toMatchObject([
      { path: '/api/startTyping', body: { session: 'default', chatId: chat } },
    ])
  })
})
