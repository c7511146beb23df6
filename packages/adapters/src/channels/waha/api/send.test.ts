import type { OutboundContent, OutboundMessage, Peer } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { chat, group, lid, phone } from '../webhook/samples.test.support.js'
import { accepted, apiKey, open, outbound, type SeenCall, startWaha } from './fake-waha.test.support.js'

const customer: Peer = { kind: 'phone', value: `+${phone}` }

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
      { type: 'audio', media: { url: 'data:audio/aac,a%20b' } },
      { file: { mimetype: 'audio/aac', data: 'YSBi' } },
    ],
    [
      '/api/sendVideo',
      { type: 'video', media: { url: 'http://cdn.example/tea.mp4' } },
      {
        file: { mimetype: 'video/mp4', url: 'http://cdn.example/tea.mp4', filename: 'video.mp4' },
        convert: true,
        asNote: false,
      },
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
    [
      '/api/sendButtons',
      {
        type: 'buttons',
        text: 'Tea?',
        header: { type: 'image', media: { url: 'https://tea.example/cup.jpg' } },
        buttons: [{ id: 'y', title: 'Yes' }],
      },
      {
        header: '',
        headerImage: { mimetype: 'image/jpeg', url: 'https://tea.example/cup.jpg' },
        body: 'Tea?',
        footer: '',
        buttons: [{ type: 'reply', text: 'Yes', id: 'y' }],
      },
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
    [
      'a video above buttons',
      {
        type: 'buttons',
        text: 'x',
        header: { type: 'video', media: { url: 'https://cdn.example/1.mp4' } },
        buttons: [{ id: 'y', title: 'Yes' }],
      },
    ],
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
