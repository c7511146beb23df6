import { describe, expect, test } from 'vitest'
import { metaChannel } from '../index.js'
import { change, channelOptions, message, now, post, sign, webhook } from './samples.test.support.js'

const appSecret = 'sample-app-secret'
const verifyToken = 'sample verify & token'
const channel = metaChannel({ ...channelOptions, appSecret, verifyToken })
const unverified = metaChannel(channelOptions)

/** Signed with `openssl dgst -sha256 -hmac`. Meta writes letters beyond ASCII as escapes: a second serialisation differs. */
const signedBody = String.raw`{"object":"whatsapp_business_account","entry":[{"id":"770010000000001","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"493055500100","phone_number_id":"310010000000001"},"messages":[{"id":"wamid.signed1","from":"4915155500001","timestamp":"1777888800","type":"text","text":{"body":"Gr\u00fc\u00dfe \ud83d\ude42"}}]}}]}]}`
const hex = 'd5b5b31af61fb0ca18abcf3a8d3aeb95aad7f689ae7c7e2299b52bbb0411084e'
const sha1 = 'd9d3bcc9d8ec9a2dada581b941d722b6207ed950'

describe('the signature', () => {
  test('of the exact bytes opens the door', () => {
    const { events, response } = channel.receive(post(signedBody, { 'x-hub-signature-256': `sha256=${hex}` }))
    expect(response.status).toBe(200)
    expect(events).toMatchObject([
      { providerId: 'wamid.signed1', content: { type: 'text', text: 'Grüße 🙂' } },
    ])
  })

  test('counts for the part of a larger buffer that the body is', () => {
    const padded = new TextEncoder().encode(`<<<${signedBody}>>>`)
    const body = padded.subarray(3, padded.length - 3)
    expect(channel.receive(post(body, { 'x-hub-signature-256': `sha256=${hex}` })).events).toHaveLength(1)
  })

  test.each<[why: string, body: string, headers: Record<string, string>]>([
    ['missing', signedBody, {}],
    ['empty', signedBody, { 'x-hub-signature-256': '' }],
    ['without its prefix', signedBody, { 'x-hub-signature-256': hex }],
    ['only a prefix', signedBody, { 'x-hub-signature-256': 'sha256=' }],
    [
      'of another body',
      signedBody.replace('open', 'shut').replace('signed1', 'signed2'),
      { 'x-hub-signature-256': `sha256=${hex}` },
    ],
    [
      'of the same data serialised again',
      JSON.stringify(JSON.parse(signedBody)),
      { 'x-hub-signature-256': `sha256=${hex}` },
    ],
    ['with another key', signedBody, { 'x-hub-signature-256': sign(signedBody, 'another-secret') }],
    ['too short', signedBody, { 'x-hub-signature-256': `sha256=${hex.slice(2)}` }],
    ['too long', signedBody, { 'x-hub-signature-256': `sha256=${hex}00` }],
    ['half a byte longer', signedBody, { 'x-hub-signature-256': `sha256=${hex}0` }],
    ['not hexadecimal', signedBody, { 'x-hub-signature-256': `sha256=${'z'.repeat(64)}` }],
    ['of another algorithm', signedBody, { 'x-hub-signature-256': `sha1=${sha1}` }],
    ['the legacy one alone', signedBody, { 'x-hub-signature': `sha1=${sha1}` }],
  ])('%s: 401 and no events', (_why, body, headers) => {
    const { events, response } = channel.receive(post(body, headers))
    expect(response).toMatchObject({ status: 401, body: 'The signature does not match.' })
    expect(events).toEqual([])
  })

  test('is checked before the body is read', () => {
    expect(channel.receive(post('not json')).response.status).toBe(401)
  })

  test('is not asked for without an app secret', () => {
    expect(unverified.receive(post(signedBody)).events).toHaveLength(1)
  })
})

describe('a body that is not a webhook: 400 and no events', () => {
  test.each<[body: string, says: string]>([
    ['', 'JSON'],
    ['{', 'JSON'],
    [signedBody.slice(0, -1), 'JSON'],
    ['null', 'JSON object'],
    ['[]', 'JSON object'],
    ['"whatsapp_business_account"', 'JSON object'],
    ['7', 'JSON object'],
    ['{}', 'object'],
    ['{"object":"page","entry":[]}', 'object'],
    ['{"object":"whatsapp_business_account"}', 'entry'],
    ['{"object":"whatsapp_business_account","entry":{"0":{}}}', 'entry'],
  ])('%s', (body, says) => {
    const headers = { 'x-hub-signature-256': sign(body, appSecret) }
    const { events, response } = channel.receive(post(body, headers))
    expect(response.status).toBe(400)
    expect(response.headers).toEqual({ 'content-type': 'text/plain' })
    expect(response.body).toContain(says)
    expect(events).toEqual([])
  })

  test('bytes that are not UTF-8 hurt only the letters they are', () => {
    const body = Buffer.from(signedBody.replace(String.raw`Gr\u00fc`, 'Gr\xff'), 'latin1')
    expect(unverified.receive(post(body)).events).toMatchObject([{ content: { text: 'Gr\ufffd\u00dfe 🙂' } }])
  })

  test('an empty list of entries is fine', () => {
    expect(unverified.receive(post(JSON.stringify({ ...webhook(), entry: [] })))).toEqual({
      events: [],
      response: { status: 200 },
    })
  })
})

describe('verification', () => {
  const get = (query: string, method = 'GET') => ({ ...post(''), method, url: `/webhooks/meta${query}` })
  const query = (fields: Record<string, string>) => `?${new URLSearchParams(fields)}`
  const right = { 'hub.mode': 'subscribe', 'hub.challenge': '90210', 'hub.verify_token': verifyToken }

  test('echoes the challenge as plain text', () => {
    expect(channel.receive(get(query(right)))).toEqual({
      events: [],
      response: { status: 200, headers: { 'content-type': 'text/plain' }, body: '90210' },
    })
  })

  test('takes absolute addresses too', () => {
    const request = { ...get(''), url: `https://bot.example/webhooks/meta${query(right)}#top` }
    expect(channel.receive(request).response).toMatchObject({ status: 200, body: '90210' })
  })

  test.each<[why: string, query: string]>([
    ['wrong token', query({ ...right, 'hub.verify_token': 'wrong' })],
    ['token of the same length', query({ ...right, 'hub.verify_token': verifyToken.replace('s', 'S') })],
    ['no token', query({ 'hub.mode': 'subscribe', 'hub.challenge': '90210' })],
    ['other mode', query({ ...right, 'hub.mode': 'unsubscribe' })],
    ['no challenge', query({ 'hub.mode': 'subscribe', 'hub.verify_token': verifyToken })],
    ['nothing', ''],
    ['broken escapes', '?hub.mode=subscribe&hub.verify_token=%E0%A4%A&hub.challenge=1'],
  ])('%s: 403', (_why, wrong) => {
    expect(channel.receive(get(wrong)).response.status).toBe(403)
  })

  test('is refused without a verify token, whatever is sent', () => {
    expect(unverified.receive(get(query(right))).response.status).toBe(403)
    expect(unverified.receive(get(query({ ...right, 'hub.verify_token': '' }))).response.status).toBe(403)
  })

  test.each(['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'post'])('%s: 405', method => {
    expect(channel.receive(get(query(right), method))).toMatchObject({
      events: [],
      response: { status: 405, headers: { allow: 'GET, POST' } },
    })
  })
})

test('the same bytes give equal events each time', () => {
  const body = JSON.stringify(webhook(change({ messages: [message(), message()] })))
  expect(unverified.receive(post(body))).toEqual(unverified.receive(post(body)))
  expect(unverified.receive(post(body)).events).toMatchObject([{ sentAt: now }, { sentAt: now }])
})
