import { get } from 'node:http'
import { expect, test } from 'vitest'
import type { Emulator } from '../emulator.js'
import { isObject, type JsonObject } from '../json.js'
import { sampleImage } from '../samples/image.js'
import { startEmulator } from '../start-emulator.js'
import { send, sendText, startBoth, wamidOf } from '../test-support/bot.js'

async function control(emulator: Emulator, method: string, path: string, body?: JsonObject, headers = {}) {
  const response = await fetch(`${emulator.url}/_emulator${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const parsed: unknown = await response.json()
  return { status: response.status, body: isObject(parsed) ? parsed : {} }
}

test('the state has people, chats, unread counts, typing and settings', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const { id } = await emulator.person().text('Hi')
  await sendText(emulator, 'Hello')
  await send(emulator, { status: 'read', message_id: id, typing_indicator: { type: 'text' }, to: undefined })
  await emulator.person('Bo Chen').text('All together', { group: 'R1' })
  const { body } = await control(emulator, 'GET', '/state')
  expect(body).toMatchObject({
    account: { phoneNumberId: '106540000000001' },
    webhook: both.bot.url,
    statuses: false,
    people: [
      { key: 'alex-rivera', phone: '15550001234' },
      { key: 'bo-chen' },
      { key: 'robin-sato', username: '@robin.sato' },
    ],
    chats: [
      {
        key: 'alex-rivera',
        title: 'Alex Rivera',
        group: false,
        unread: 1,
        typingUntil: expect.any(Number),
        lastMessage: { text: 'Hello', tick: 'sent' },
      },
      { key: 'bo-chen', unread: 0 },
      { key: 'robin-sato' },
      {
        key: 'R1',
        title: 'Bo Chen',
        group: true,
        people: ['bo-chen'],
        lastMessage: { text: 'All together' },
      },
    ],
    faults: [],
    lastEventId: expect.any(Number),
  })
  expect(JSON.stringify(body)).not.toContain(emulator.account.appSecret)
})

test('a person writes, answers, reacts, edits, revokes and reads over HTTP', async () => {
  await using both = await startBoth()
  const { emulator, bot } = both
  const path = '/people/alex-rivera'
  const first = await control(emulator, 'POST', `${path}/messages?wait=true`, { text: 'One' })
  expect(first).toMatchObject({
    status: 200,
    body: { id: expect.any(String), delivered: true, deliveries: [{ status: 200 }] },
  })
  const id = String(first.body.id)
  const quick = await control(emulator, 'POST', `${path}/messages`, { text: 'Two', quote: id })
  expect(quick).toEqual({ status: 202, body: { id: expect.any(String) } })
  await emulator.webhooks.settled()
  const button = { type: 'button', button: { payload: 'p', text: 'Stop' } }
  await control(emulator, 'POST', `${path}/messages?wait=true`, { message: button })
  await control(emulator, 'POST', `${path}/reactions?wait=true`, { messageId: id, emoji: '❤️' })
  await control(emulator, 'POST', `${path}/edits?wait=true`, { messageId: id, text: 'One!' })
  await control(emulator, 'POST', `${path}/revokes?wait=true`, { messageId: quick.body.id })
  expect(bot.messages().map(message => message.type)).toEqual([
    'text',
    'text',
    'button',
    'reaction',
    'edit',
    'revoke',
  ])
  expect(bot.messages()[1]?.context).toMatchObject({ id })

  const wamid = wamidOf(await sendText(emulator, 'Read me'))
  await control(emulator, 'POST', `${path}/read?wait=true`)
  expect(bot.statuses()).toMatchObject([{ id: wamid, status: 'read' }])
  const { body } = await control(emulator, 'GET', '/chats/alex-rivera/messages')
  expect(body.messages).toMatchObject([
    { id, text: 'One!', edited: true, reactions: { 'alex-rivera': '❤️' } },
    { quotedId: id, revoked: true },
    { text: 'Stop' },
    { author: 'business', tick: 'read' },
  ])
})

test('pages of a chat', async () => {
  await using both = await startBoth()
  const ids: string[] = []
  for (const text of ['1', '2', '3', '4', '5']) ids.push((await both.emulator.person().text(text)).id)
  const page = async (query: string): Promise<unknown> => {
    const { body } = await control(both.emulator, 'GET', `/chats/alex-rivera/messages?${query}`)
    return (body.messages as { text: string }[] | undefined)?.map(message => message.text) ?? body
  }
  expect(await page('limit=2')).toEqual(['4', '5'])
  expect(await page(`limit=2&before=${encodeURIComponent(ids[3] ?? '')}`)).toEqual(['2', '3'])
  expect(await page('before=wamid.none')).toMatchObject({
    error: { message: expect.stringContaining('no message') },
  })
  expect(await page('limit=0')).toMatchObject({ error: {} })
})

test('media go up as bytes, reach the bot, and are shown without running as a page', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const url = `${emulator.url}/_emulator/people/alex-rivera/media?kind=image&caption=Look&wait=true`
  const bytes = sampleImage()
  const headers = { 'content-type': 'image/png' }
  expect((await fetch(url, { method: 'POST', headers, body: new Uint8Array(bytes) })).status).toBe(200)
  const image = both.bot.messages()[0]?.image as { id: string }
  expect(image).toMatchObject({ caption: 'Look', mime_type: 'image/png' })
  const shown = await fetch(`${emulator.url}/_emulator/media/${image.id}`)
  expect(shown.headers.get('content-security-policy')).toContain('sandbox')
  expect(shown.headers.get('x-content-type-options')).toBe('nosniff')
  expect(Buffer.from(await shown.arrayBuffer()).equals(bytes)).toBe(true)

  const voice = url.replace('kind=image&caption=Look', 'kind=voice')
  await fetch(voice, { method: 'POST', headers: { 'content-type': 'audio/ogg; codecs=opus' }, body: 'OggS' })
  expect(both.bot.messages()[1]).toMatchObject({
    type: 'audio',
    audio: { voice: true, mime_type: 'audio/ogg; codecs=opus' },
  })
  expect((await fetch(url, { method: 'POST', headers })).status).toBe(400)
  expect(
    (await fetch(url.replace('kind=image', 'kind=hologram'), { method: 'POST', body: 'x' })).status,
  ).toBe(400)
})

test('people come and change, the business phone answers', async () => {
  await using both = await startBoth()
  const { emulator, bot } = both
  const added = await control(emulator, 'POST', '/people', { name: 'Guest', phone: null, username: '@guest' })
  expect(added).toMatchObject({ status: 201, body: { person: { key: 'guest', username: '@guest' } } })
  expect(added.body.person).not.toHaveProperty('phone')
  const changed = await control(emulator, 'PATCH', '/people/guest', { phone: '+15550006666' })
  expect(changed.body).toMatchObject({ person: { phone: '15550006666' } })
  const echo = await control(emulator, 'POST', '/echo?wait=true', { to: 'guest', text: 'A human here' })
  expect(echo.body).toMatchObject({ delivered: true })
  expect(bot.values()[0]?.message_echoes).toMatchObject([
    { to: '15550006666', text: { body: 'A human here' } },
  ])
})

test('faults, model answers, settings and raw webhooks are scripted over HTTP', async () => {
  await using both = await startBoth()
  const { emulator, bot } = both
  const { status, body } = await control(emulator, 'POST', '/faults', { kind: 'server-error', times: 2 })
  expect([status, body.fault]).toEqual([201, expect.objectContaining({ used: 0, remaining: 2 })])
  expect((await sendText(emulator, 'x')).status).toBe(500)
  expect((await control(emulator, 'GET', '/faults')).body.faults).toMatchObject([{ id: 1, used: 1 }])
  expect((await control(emulator, 'DELETE', '/faults/1')).status).toBe(200)
  expect((await control(emulator, 'DELETE', '/faults/1')).status).toBe(404)
  expect((await control(emulator, 'POST', '/faults', { kind: 'explode' })).status).toBe(400)
  await control(emulator, 'POST', '/faults', { kind: 'reset' })
  await control(emulator, 'DELETE', '/faults')
  expect(emulator.faults.list()).toEqual([])

  await control(emulator, 'POST', '/model/answers', { answers: ['scripted'] })
  const chat = { model: 'm', messages: [{ role: 'user', content: 'x' }] }
  await fetch(`${emulator.modelUrl}/chat/completions`, { method: 'POST', body: JSON.stringify(chat) })
  const { requests } = (await control(emulator, 'GET', '/model/requests')).body
  expect(requests).toMatchObject([{ model: 'm', outcome: 'answered' }])

  await control(emulator, 'POST', '/deliver', { body: { object: 'page' }, signature: 'none' })
  expect(bot.hooks[0]?.headers).not.toHaveProperty('x-hub-signature-256')
  const settings = await control(emulator, 'PATCH', '/settings', { statuses: { sentMs: 0, deliveredMs: 1 } })
  expect(settings.body).toMatchObject({ webhook: bot.url, statuses: { sentMs: 0, order: 'forward' } })
  expect((await control(emulator, 'PATCH', '/settings', { statuses: { sentMs: 'soon' } })).status).toBe(400)
  expect((await control(emulator, 'PATCH', '/settings', { webhook: 'nowhere' })).status).toBe(400)
  await sendText(emulator, 'with statuses')
  await emulator.webhooks.settled()
  expect(bot.statuses()).toHaveLength(2)
  const { attempts } = (await control(emulator, 'GET', '/deliveries')).body
  expect(attempts).toHaveLength(3)
})

test('the ledger can be read, and everything reset', async () => {
  await using both = await startBoth()
  await sendText(both.emulator, 'x')
  await sendText(both.emulator, '')
  const { body } = await control(both.emulator, 'GET', '/ledger')
  expect(body).toMatchObject({
    requests: [{}, {}],
    sent: [{ text: 'x' }],
    refusals: [{ code: 100 }],
    reads: [],
    typing: [],
  })
  expect((await control(both.emulator, 'POST', '/reset')).status).toBe(200)
  expect(both.emulator.ledger.sent()).toEqual([])
})

test.each([
  ['GET', '/nothing', undefined, 404],
  ['POST', '/people/nobody/messages', { text: 'x' }, 404],
  ['POST', '/people/alex-rivera/messages', {}, 400],
  ['POST', '/people/alex-rivera/messages', { message: { text: 'x' } }, 400],
  ['POST', '/people', {}, 400],
  ['GET', '/media/1', undefined, 404],
  ['GET', '/media/%E0%A4%A', undefined, 400],
  ['POST', '/deliver', { body: {}, signature: 'forged' }, 400],
])('%s %s with %j is an error', async (method, path, body, status) => {
  await using both = await startBoth()
  const answer = await control(both.emulator, method, path, body)
  expect(answer).toMatchObject({ status, body: { error: { message: expect.any(String) } } })
})

test('a foreign page may not control the emulator', async () => {
  await using both = await startBoth()
  const { emulator } = both
  const foreign = await control(emulator, 'POST', '/reset', {}, { origin: 'https://evil.example' })
  expect(foreign.status).toBe(403)
  expect((await control(emulator, 'POST', '/reset', {}, { origin: emulator.url })).status).toBe(200)
})

test('a page whose own name points to this machine may not, either', async () => {
  await using both = await startBoth()
  const { hostname, port } = new URL(both.emulator.url)
  const statusFor = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = { hostname, port, path: '/_emulator/state', headers: { host } }
      get(request, response => resolve(response.resume().statusCode)).on('error', reject)
    })
  expect(await statusFor(`evil.example:${port}`)).toBe(403)
  expect(await statusFor(`localhost:${port}`)).toBe(200)
})

test('without a webhook writing answers 409', async () => {
  await using both = await startBoth()
  await using alone = await startEmulator()
  expect((await control(alone, 'POST', '/people/alex-rivera/messages', { text: 'x' })).status).toBe(409)
  await control(alone, 'PATCH', '/settings', { webhook: both.bot.url })
  expect((await control(alone, 'POST', '/people/alex-rivera/messages?wait=true', { text: 'x' })).status).toBe(
    200,
  )
})
