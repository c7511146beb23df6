import { join } from 'node:path'
import { whapiChannel } from '@switchboard/adapters/whapi'
import type { OutboundContent, Peer } from '@switchboard/core'
import { type CheckRequest, openRequestCheck } from '@switchboard/test-support/openapi'
import { beforeAll, expect, test } from 'vitest'
import { recordingServer } from './replay/recording-server.js'
import { recordingsOf } from './replay/recordings.js'
import { options } from './replay/whapi-requests.js'

const { folder, replays } = recordingsOf('whapi')
const { account } = options
const id = 'p.4e5a70ec841b66a9.g4CA-c681876b154'
const phone: Peer = { kind: 'phone', value: '+15550001234' }
const dana = { name: 'Dana Fox', phones: ['+15550007777'], emails: ['dana@fox.example'] }
const around = { text: 'Confirm?', header: 'Order 42', footer: 'Thanks' }
const url = 'https://cdn.example/file'

/** The file says that `media` is exactly one of four texts, of which none differs from the others. */
const oneOfTexts = '/requestBody/media: must match exactly one schema in oneOf'

/** One of each, with everything that it can have. */
const contents: readonly OutboundContent[] = [
  { type: 'text', text: 'Hello' },
  { type: 'image', media: { id: 'jpeg-00aa-11bb' }, caption: 'Look' },
  { type: 'video', media: { url, mimeType: 'video/mp4' }, caption: 'Look' },
  { type: 'audio', media: { url } },
  { type: 'voice', media: { url: 'data:audio/ogg;base64,T2dnUw==', mimeType: 'audio/ogg; codecs=opus' } },
  { type: 'document', media: { url, filename: 'a.pdf', mimeType: 'application/pdf' }, caption: 'Invoice' },
  { type: 'sticker', media: { id: 'webp-00aa-11bb' } },
  { type: 'location', latitude: 52.5, longitude: 13.4, name: 'Café', address: 'Hof 3' },
  { type: 'contacts', contacts: [dana] },
  { type: 'contacts', contacts: [dana, dana] },
  { type: 'poll', question: 'When?', options: ['Mon', 'Tue'] },
  { type: 'poll', question: 'When?', options: ['Mon', 'Tue', 'Wed'], choices: 2 },
  { type: 'buttons', ...around, buttons: [{ id: 'yes', title: 'Yes' }] },
  {
    type: 'buttons',
    text: 'Confirm?',
    header: { type: 'image', media: { url, mimeType: 'image/png' } },
    buttons: [{ id: 'yes', title: 'Yes' }],
  },
  {
    type: 'link',
    text: 'Pay',
    header: { type: 'video', media: { id: 'mp4-00aa-11bb' } },
    label: 'Open',
    url,
  },
  {
    type: 'list',
    ...around,
    button: 'Choose',
    sections: [{ title: 'A', rows: [{ id: '1', title: 'One' }] }],
  },
  { type: 'link', ...around, label: 'Open', url },
  { type: 'reaction', targetId: id, emoji: '👍' },
  { type: 'reaction', targetId: id },
]

replays("Whapi's own description", () => {
  let check: CheckRequest
  beforeAll(async () => {
    check = await openRequestCheck(join(folder, 'openapi.yaml'))
  })

  /** What is wrong with the one request that a call makes. */
  async function problemsOf(
    call: (channel: ReturnType<typeof whapiChannel>) => Promise<unknown>,
  ): Promise<readonly string[]> {
    const server = await recordingServer({ status: 200, body: { sent: true, success: true, messages: [] } })
    try {
      await call(whapiChannel({ ...options, typingTime: 2, apiUrl: server.url })).catch(() => undefined)
      const [sent] = server.sent
      if (!sent || server.sent.length !== 1) throw new Error(`${server.sent.length} requests`)
      const { method = '', path, headers } = sent
      const body = sent.body.length === 0 ? {} : { body: JSON.parse(sent.body.toString()) as unknown }
      const problems = check({ method, path: decodeURI(path), headers, ...body })
      return problems.filter(problem => !problem.startsWith(oneOfTexts))
    } finally {
      await server.close()
    }
  }

  const peers: readonly Peer[] = [
    phone,
    { kind: 'jid', value: '15550001234@s.whatsapp.net' },
    { kind: 'lid', value: '98765432101234@lid' },
    { kind: 'group', value: '120363000000000001@g.us' },
  ]

  test.each(contents)('takes $type', async content => {
    for (const to of peers) {
      const message = { id: 'outbound-1', channel: 'whapi', account, to, content, quotedId: id }
      expect(await problemsOf(channel => channel.send(message))).toEqual([])
    }
  })

  test('takes what is not a message', async () => {
    for (const to of peers) {
      const address = { account, to, providerId: id }
      expect(await problemsOf(channel => channel.markRead(address))).toEqual([])
      expect(await problemsOf(channel => channel.startTyping(address))).toEqual([])
      const history = async (channel: ReturnType<typeof whapiChannel>) => {
        for await (const _ of channel.history({ account, peer: to }, { since: 1_788_990_000_000 })) break
      }
      expect(await problemsOf(history)).toEqual([])
    }
    expect(await problemsOf(channel => channel.health())).toEqual([])
    expect(await problemsOf(channel => channel.lookUp({ kind: 'phone', value: phone.value }))).toEqual([])
    expect(await problemsOf(channel => channel.download({ id: 'jpeg-00aa-11bb' }))).toEqual([])
  })

  test('does not take everything', () => {
    const headers = { 'content-type': 'application/json' }
    const body = { to: '15550001234', body: 'x', typing_time: 61 }
    expect(check({ method: 'POST', path: '/messages/text', headers, body })).toHaveLength(1)
    expect(check({ method: 'POST', path: '/messages/flow', headers, body })).toHaveLength(1)
  })
})
