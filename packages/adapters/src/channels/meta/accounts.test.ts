import { describe, expect, test } from 'vitest'
import { accepted, startServer } from '../../http/local-server.test.support.js'
import { metaChannel } from './index.js'
import {
  change,
  channelOptions,
  message,
  phone,
  post,
  sign,
  webhook,
} from './webhook/samples.test.support.js'

const own = { ...channelOptions, appSecret: 'secret of the first app' }
const partner = {
  phoneNumberId: '310010000000077',
  accessToken: 'token-of-the-partner',
  appSecret: 'secret of the second app',
}
const sibling = { phoneNumberId: '310010000000088' }

describe('several numbers behind one webhook', () => {
  const channel = metaChannel({ ...own, accounts: [partner, sibling] })

  function report(account: string, appSecret: string) {
    const metadata = { display_phone_number: '493055500100', phone_number_id: account }
    const body = JSON.stringify(webhook(change({ metadata, messages: [message()] })))
    return channel.receive(post(body, { 'x-hub-signature-256': sign(body, appSecret) }))
  }

  test('each is believed what its app has signed', () => {
    for (const [account, secret] of [
      [own.phoneNumberId, own.appSecret],
      [partner.phoneNumberId, partner.appSecret],
      [sibling.phoneNumberId, own.appSecret],
    ] as const) {
      const { events, response } = report(account, secret)
      expect(response.status).toBe(200)
      expect(events).toMatchObject([{ type: 'message', account }])
    }
  })

  test.each([
    ['the second app about the first number', own.phoneNumberId, partner.appSecret],
    ['the first app about the second number', partner.phoneNumberId, own.appSecret],
    ['nobody', partner.phoneNumberId, 'a guess'],
  ])('%s reports nothing', (_who, account, secret) => {
    const { events, response } = report(account, secret)
    expect(response.status).toBe(401)
    expect(events).toEqual([])
  })

  test('each sends with its own token, and those without one with the channel’s', async () => {
    const server = await startServer(accepted)
    const sender = metaChannel({ ...own, graphUrl: server.url, accounts: [partner, sibling] })
    for (const account of [
      own.phoneNumberId,
      partner.phoneNumberId,
      sibling.phoneNumberId,
      '310010000000099',
    ]) {
      const to = { kind: 'phone', value: `+${phone}` } as const
      await sender.send({ id: account, channel: 'meta', account, to, content: { type: 'text', text: 'hi' } })
      await sender.markRead({ account, to, providerId: 'wamid.read' })
    }
    const used = server.requests.map(({ path, headers }) => `${path?.split('/')[2]} ${headers.authorization}`)
    const token = `Bearer ${own.accessToken}`
    expect(used.filter((_, index) => index % 2 === 0)).toEqual([
      `${own.phoneNumberId} ${token}`,
      `${partner.phoneNumberId} Bearer ${partner.accessToken}`,
      `${sibling.phoneNumberId} ${token}`,
      `310010000000099 ${token}`,
    ])
    expect(used.filter((_, index) => index % 2 === 1)).toEqual(used.filter((_, index) => index % 2 === 0))
  })
})

test.each([
  ['phoneNumberId', { phoneNumberId: '' }],
  ['appSecret', { phoneNumberId: '1', appSecret: '' }],
  ['accessToken', { phoneNumberId: '1', accessToken: 'with a blank' }],
])('a number whose %s is wrong is refused at once', (option, account) => {
  expect(() => metaChannel({ ...own, accounts: [account] })).toThrow(option)
})
