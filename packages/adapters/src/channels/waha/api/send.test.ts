import type { OutboundContent, OutboundMessage, Peer } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { clientIdOf } from '../ids.js'
import { type WahaChannel, type WahaChannelOptions, wahaChannel } from '../index.js'
import {
  channelOptions,
  chat,
  group,
  lid,
  message,
  own,
  phone,
  post,
  webhook,
} from '../webhook/samples.test.support.js'
import { accepted, apiKey, type FakeWaha, json, type SeenCall, startWaha } from './fake-waha.test.support.js'

const customer: Peer = { kind: 'phone', value: `+${phone}` }

function open(waha: FakeWaha, options: Partial<WahaChannelOptions> = {}): WahaChannel {
  return wahaChannel({ ...channelOptions, url: waha.url, apiKey, ...options })
}

function outbound(content: OutboundContent, fields: Partial<OutboundMessage> = {}): OutboundMessage {
  return { id: 'outbound-1', channel: 'waha', account: 'default', to: customer, content, ...fields }
}

/** What one send asks of an engine that takes no ids. */
async function requestOf(content: OutboundContent, fields?: Partial<OutboundMessage>): Promise<SeenCall> {
  const waha = await startWaha()
  await open(waha, { engine: 'WEBJS' }).send(outbound(content, fields))
  const [call] = waha.calls
  if (!call || waha.calls.length !== 1) throw new Error(`${waha.calls.length} requests instead of 1`)
  return call
}

const to = { session: 'default', chatId: chat }

describe('what goes where', () => {
  test.each<[path: string, content: OutboundContent, body: object]>([
    ['/api/sendText', { type: 'text', text: 'At nine.' }, { text: 'At nine.' }],
    [
      '/api/sendImage',
      { type: 'image', media: { url: 'https://cdn.example/tea.png', mimeType: 'image/png' }, caption: 'Tea' },
      { file: { mimetype: 'image/png', url: 'https://cdn.example/tea.png' }, caption: 'Tea' },
    ],
    [
      '/api/sendFile',
      { type: 'document', media: { url: 'data:application/pdf;base64,JVBERi0=', filename: 'menu.pdf' } },
      { file: { mimetype: 'application/pdf', data: 'JVBERi0=', filename: 'menu.pdf' } },
    ],
    [
      '/api/sendFile',
      { type: 'audio', media: { url: 'data:,a%20b' } },
      { file: { mimetype: 'audio/mpeg', data: 'YSBi' } },
    ],
    [
      '/api/sendVideo',
      { type: 'video', media: { url: 'http://cdn.example/tea.mp4' } },
      { file: { mimetype: 'video/mp4', url: 'http://cdn.example/tea.mp4' }, convert: true, asNote: false },
    ],
    [
      '/api/sendVoice',
      { type: 'voice', media: { url: 'https://cdn.example/tea.opus' } },
      { file: { mimetype: 'audio/ogg; codecs=opus', url: 'https://cdn.example/tea.opus' }, convert: true },
    ],
    [
      '/api/sendLocation',
      { type: 'location', latitude: 48.1, longitude: 11.5, address: 'Gasse 1' },
      { latitude: 48.1, longitude: 11.5, title: 'Gasse 1' },
    ],
    [
      '/api/sendPoll',
      { type: 'poll', question: 'Tea?', options: ['Green', 'Black'], choices: 2 },
      { poll: { name: 'Tea?', options: ['Green', 'Black'], multipleAnswers: true } },
    ],
    [
      '/api/sendList',
      {
        type: 'list',
        text: 'Choose',
        button: 'Menu',
        sections: [{ rows: [{ id: 'g', title: 'Green', description: 'From Uji' }] }],
      },
      {
        message: {
          title: '',
          description: 'Choose',
          button: 'Menu',
          sections: [{ title: '', rows: [{ title: 'Green', rowId: 'g', description: 'From Uji' }] }],
        },
      },
    ],
    [
      '/api/sendButtons',
      { type: 'buttons', text: 'Tea?', footer: 'Tea House', buttons: [{ id: 'y', title: 'Yes' }] },
      { header: '', body: 'Tea?', footer: 'Tea House', buttons: [{ type: 'reply', text: 'Yes', id: 'y' }] },
    ],
  ])('%s', async (path, content, body) => {
    const call = await requestOf(content)
    expect(call).toMatchObject({ method: 'POST', path })
    expect(call.body).toEqual({ ...to, ...body })
  })

  test('contacts: one number as WAHA takes it, anything else as a card that nobody can break', async () => {
    const { body } = await requestOf({
      type: 'contacts',
      contacts: [
        { name: 'Ida Berg', phones: ['+49 1515 5500003'] },
        {
          name: 'Bo\nTEL:+1',
          phones: ['+4915155500004', '0800 TEA'],
          emails: ['bo@tea.example'],
          organisation: 'T; H',
        },
        { phones: [], emails: ['nobody@tea.example'] },
      ],
    })
    expect(body.contacts).toEqual([
      { fullName: 'Ida Berg', phoneNumber: '+49 1515 5500003', whatsappId: '4915155500003', vcard: null },
      {
        vcard: [
          'BEGIN:VCARD',
          'VERSION:3.0',
          'FN:Bo\\nTEL:+1',
          'ORG:T\\; H',
          'TEL;type=CELL;waid=4915155500004:+4915155500004',
          'TEL;type=CELL:0800 TEA',
          'EMAIL:bo@tea.example',
          'END:VCARD',
        ].join('\n'),
      },
      { vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:nobody@tea.example\nEMAIL:nobody@tea.example\nEND:VCARD' },
    ])
  })

  test.each<[peer: Peer, chatId: string]>([
    [customer, chat],
    [{ kind: 'lid', value: lid }, lid],
    [{ kind: 'lid', value: lid.replace('@', ':2@') }, lid],
    [{ kind: 'lid', value: '700100:2' }, '700100@lid'],
    [{ kind: 'jid', value: 'support@s.whatsapp.net' }, 'support@c.us'],
    [{ kind: 'group', value: group }, group],
    [{ kind: 'group', value: '1203637' }, '1203637@g.us'],
  ])('to %j', async (peer, chatId) => {
    expect((await requestOf({ type: 'text', text: 'hi' }, { to: peer })).body).toMatchObject({ chatId })
  })

  test('from the session of the conversation', async () => {
    const { body } = await requestOf({ type: 'text', text: 'hi' }, { account: 'branch-2' })
    expect(body).toMatchObject({ session: 'branch-2' })
  })

  test.each<[text: string, linkPreview: boolean | undefined, sent: unknown]>([
    ['no link', undefined, undefined],
    ['no link', true, true],
    ['tea.example', undefined, false],
    ['https://tea.example', undefined, false],
    ['https://tea.example', true, true],
    ['Well... yes. No', undefined, undefined],
  ])('a preview for %j, asked for: %j', async (text, linkPreview, sent) => {
    const content = { type: 'text' as const, text, ...(linkPreview !== undefined && { linkPreview }) }
    expect((await requestOf(content)).body.linkPreview).toBe(sent)
  })
})

describe('what cannot be sent is refused before it leaves', () => {
  test.each<[what: string, content: OutboundContent]>([
    ['stickers', { type: 'sticker', media: { url: 'https://cdn.example/1.webp' } }],
    ['templates', { type: 'template', name: 'hello', language: 'en' }],
    ['flows', { type: 'flow', text: 'x', button: 'y', flowId: '1' }],
    ['requests', { type: 'location_request', text: 'Where?' }],
    ['links', { type: 'link', text: 'x', label: 'y', url: 'https://tea.example' }],
    ['ids of files', { type: 'image', media: { id: '17' } }],
    ['no file', { type: 'image', media: {} }],
    ['paths of ours', { type: 'document', media: { url: 'file:///etc/passwd' } }],
    ['half a data URL', { type: 'document', media: { url: 'data:text/plain' } }],
    ['broken escapes', { type: 'document', media: { url: 'data:text/plain,%E0%A4%A' } }],
  ])('%s', async (_what, content) => {
    const waha = await startWaha()
    const refusal = { code: 'channel_refused', retryable: false, scope: 'message' }
    await expect(open(waha).send(outbound(content))).rejects.toMatchObject(refusal)
    expect(waha.calls).toEqual([])
  })

  test('addresses of other providers', async () => {
    const waha = await startWaha()
    const sending = open(waha).send(
      outbound({ type: 'text', text: 'x' }, { to: { kind: 'bsuid', value: 'US.1' } }),
    )
    await expect(sending).rejects.toMatchObject({ code: 'channel_refused', scope: 'recipient' })
  })
})

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

  test('a read mark names the member of a group who wrote', async () => {
    const waha = await startWaha()
    waha.answerWith(json(201, {}))
    const channel = open(waha)
    const address = {
      account: 'default',
      to: { kind: 'group' as const, value: group },
      providerId: '3AGROUP',
    }
    await channel.markRead(address)
    const inGroup = message({ id: `false_${group}_3AGROUP_${lid}`, participant: lid })
    await channel.receive(post(webhook('message.any', inGroup)))
    await channel.markRead(address)
    const read = { session: 'default', chatId: group }
    expect(waha.calls.map(({ body }) => body)).toEqual([
      { ...read, messageIds: [`false_${group}_3AGROUP`] },
      { ...read, messageIds: [inGroup.id], participant: lid },
    ])
  })

  test('typing needs none', async () => {
    const waha = await startWaha()
    waha.answerWith(json(201))
    await open(waha).startTyping({ account: 'default', to: customer, providerId: '3AFIRST' })
    expect(waha.calls).toMatchObject([{ path: '/api/startTyping', body: to }])
  })
})

test('works without a key, and asks a function for it each time', async () => {
  const waha = await startWaha()
  await expect(
    open(waha, { apiKey: 'wrong' }).send(outbound({ type: 'text', text: 'x' })),
  ).rejects.toMatchObject({
    code: 'channel_refused',
    scope: 'auth',
  })
  let asked = 0
  const rotating = open(waha, { engine: 'WPP', apiKey: () => (++asked === 1 ? 'old' : apiKey) })
  await expect(rotating.send(outbound({ type: 'text', text: 'x' }))).rejects.toMatchObject({ scope: 'auth' })
  waha.answerWith(accepted)
  expect(await rotating.send(outbound({ type: 'text', text: 'x' }))).toEqual({ providerId: '3EB0ACCEPTED' })
})
