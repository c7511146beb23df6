import { join } from 'node:path'
import { metaChannel } from '@switchboard/adapters/meta'
import type { OutboundContent, Peer } from '@switchboard/core'
import { type CheckRequest, openRequestCheck } from '@switchboard/test-support/openapi'
import { beforeAll, expect, test } from 'vitest'
import { recordingServer } from './replay/recording-server.js'
import { recordingsOf } from './replay/recordings.js'

const { folder, replays } = recordingsOf('meta')
const accessToken = 'replayed-access-credential'
const phoneNumberId = '106540000000001'
const url = 'https://cdn.example/file'
const around = { text: 'Confirm?', header: 'Order 42', footer: 'Thanks' }

/** What the file, of v23.0, says otherwise than Meta's own examples and documentation. */
const described: Readonly<Record<string, string>> = {
  location: 'degrees are texts there, numbers in the documentation',
  link: 'it does not know `cta_url`',
  location_request: 'it does not know `location_request_message`',
  contact_request: 'it does not know `contact_request`',
  template: 'it wants the policy of the language, of which there is one and which Meta no longer asks for',
}

const contents: readonly OutboundContent[] = [
  { type: 'text', text: 'Hello', linkPreview: true },
  { type: 'image', media: { id: '24230790000000001' }, caption: 'Look' },
  { type: 'image', media: { url }, caption: 'Look' },
  { type: 'video', media: { id: '24230790000000001' }, caption: 'Look' },
  { type: 'audio', media: { url } },
  { type: 'voice', media: { id: '24230790000000001' } },
  { type: 'document', media: { url, filename: 'a.pdf' }, caption: 'Invoice' },
  { type: 'sticker', media: { id: '24230790000000001' } },
  { type: 'location', latitude: 52.5, longitude: 13.4, name: 'Café', address: 'Hof 3' },
  {
    type: 'contacts',
    contacts: [{ name: 'Dana Fox', phones: ['+15550007777'], emails: ['dana@fox.example'] }],
  },
  { type: 'buttons', ...around, buttons: [{ id: 'yes', title: 'Yes' }] },
  ...(['image', 'video', 'document'] as const).flatMap((type): OutboundContent[] => {
    const above = { ...around, header: { type, media: { url } } }
    const byId = { ...around, header: { type, media: { id: '24230790000000001' } } }
    return [
      { type: 'buttons', ...above, buttons: [{ id: 'yes', title: 'Yes' }] },
      { type: 'buttons', ...byId, buttons: [{ id: 'yes', title: 'Yes' }] },
      { type: 'flow', ...above, button: 'Open', flowId: '1', screen: 'FIRST' },
    ]
  }),
  {
    type: 'list',
    ...around,
    button: 'Choose',
    sections: [{ title: 'A', rows: [{ id: '1', title: 'One' }] }],
  },
  { type: 'link', ...around, label: 'Open', url },
  { type: 'flow', ...around, button: 'Open', flowId: '1', token: 't', screen: 'FIRST' },
  { type: 'location_request', text: 'Where are you?' },
  { type: 'contact_request', text: 'Who are you?' },
  { type: 'reaction', targetId: 'wamid.target', emoji: '👍' },
  { type: 'reaction', targetId: 'wamid.target' },
  {
    type: 'template',
    name: 'order',
    language: 'en_US',
    components: [{ type: 'body', parameters: [{ type: 'text', text: 'A' }] }],
  },
]

replays("Meta's own description", () => {
  let check: CheckRequest
  beforeAll(async () => {
    check = await openRequestCheck(join(folder, 'openapi.yaml'))
  })

  async function problemsOf(content: OutboundContent, to: Peer): Promise<readonly string[]> {
    const server = await recordingServer({ status: 200, body: { messages: [{ id: 'wamid.1' }] } })
    try {
      const channel = metaChannel({ phoneNumberId, accessToken, graphUrl: server.url })
      await channel.send({ id: 'outbound-1', channel: 'meta', account: phoneNumberId, to, content })
      const [sent] = server.sent
      const { method = '', path = '', headers = {} } = sent ?? {}
      const { biz_opaque_callback_data: _, ...body } = JSON.parse(sent?.body.toString() ?? '')
      return check({ method, path, headers, body })
    } finally {
      await server.close()
    }
  }

  test.each(contents)('takes $type', async content => {
    for (const to of [
      { kind: 'phone', value: '+15550001234' },
      { kind: 'group', value: 'Y2FwaV9zYW1wbGU' },
    ] as const) {
      const problems = await problemsOf(content, to)
      if (content.type in described) expect(problems).not.toEqual([])
      else expect(problems).toEqual([])
    }
  })
})
