import type { ChannelEvent, MediaRef, Peer } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { json as answerJson, startServer } from '../../../http/local-server.test.support.js'
import type { WahaChannel } from '../index.js'
import {
  chat,
  group,
  lid,
  me,
  message,
  now,
  own,
  phone,
  post,
  seconds,
  webhook,
} from '../webhook/samples.test.support.js'
import { apiKey, type FakeWaha, json, open, type Reply, startWaha } from './fake-waha.test.support.js'

const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0xff])
const file: Reply = response => {
  response.writeHead(200, { 'content-type': 'image/png' }).end(bytes)
}

describe('download', () => {
  const inside = 'http://waha.internal:3000/api/files/default/3A1.png'

  test('asks where we reach WAHA, with the key, whatever host the webhook names', async () => {
    const waha = await startWaha()
    waha.answerWith(file)
    const media: MediaRef = { url: inside, mimeType: 'image/webp', filename: 'tea.png' }
    expect(await open(waha).download(media)).toEqual({ bytes, mimeType: 'image/png', filename: 'tea.png' })
    expect(waha.calls).toMatchObject([{ method: 'GET', path: '/api/files/default/3A1.png' }])
    expect(waha.calls[0]?.headers).toMatchObject({ 'x-api-key': apiKey })
  })

  test('keeps the path in front of either', async () => {
    const waha = await startWaha()
    waha.answerWith(file)
    await open({ url: `${waha.url}/waha/` }).download({
      url: 'https://public.example/wa/api/files/a/b.png?x=1',
    })
    expect(waha.calls).toMatchObject([{ path: '/waha/api/files/a/b.png?x=1' }])
  })

  test('reads files that look like JSON, or like a page', async () => {
    const waha = await startWaha()
    for (const text of ['{"error":{"code":1}}', '<html></html>', '']) {
      waha.answerWith(response => response.writeHead(200).end(text))
      expect(Buffer.from((await open(waha).download({ url: inside })).bytes).toString()).toBe(text)
    }
  })

  test('takes the bytes out of a data: URL', async () => {
    const channel = open({ url: 'http://127.0.0.1:9' })
    expect(await channel.download({ url: `data:image/png;base64,${bytes.toString('base64')}` })).toEqual({
      bytes,
      mimeType: 'image/png',
    })
    await expect(channel.download({ url: 'data:,12345' }, { maxBytes: 4 })).rejects.toMatchObject({
      code: 'channel_refused',
    })
  })

  test.each<[what: string, media: MediaRef]>([
    ['another host', { url: 'http://169.254.169.254/latest/meta-data' }],
    ['another part of WAHA', { url: 'http://waha.internal:3000/api/sessions' }],
    ['a way out of the folder', { url: 'http://waha.internal:3000/api/files/../sessions' }],
    ['a hidden way out', { url: 'http://waha.internal:3000/api/files/..%2fsessions' }],
    ['broken escapes', { url: 'http://waha.internal:3000/api/files/%E0%A4%A' }],
    ['no URL', { url: '/api/files/default/3A1.png' }],
    ['no address', { mimeType: 'image/png' }],
  ])('%s: refused, nothing is asked', async (_what, media) => {
    const waha = await startWaha()
    await expect(open(waha).download(media)).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
    })
    expect(waha.calls).toEqual([])
  })

  test('asks listed origins, without the key', async () => {
    const bucket = await startServer(answerJson(200, 'bytes'))
    const channel = open({ url: 'http://127.0.0.1:9' }, { mediaOrigins: [bucket.url] })
    const { bytes: read } = await channel.download({ url: `${bucket.url}/media/3A1.png?signature=abc` })
    expect(Buffer.from(read).toString()).toBe('bytes')
    expect(bucket.requests).toMatchObject([{ path: '/media/3A1.png?signature=abc' }])
    expect(bucket.requests[0]?.headers).not.toHaveProperty('x-api-key')
  })

  test.each<[what: string, reply: Reply, expected: object]>([
    [
      'gone',
      json(404, { error: { code: 404, key: 'FILE_NOT_FOUND', message: 'File not found' } }),
      { retryable: false, providerCode: 'FILE_NOT_FOUND' },
    ],
    ['of no session', json(404), { retryable: false, providerCode: '404' }],
    ['forbidden', json(401, {}), { retryable: false, scope: 'auth' }],
    ['behind a broken gateway', json(502), { retryable: true }],
    [
      'too long',
      response => {
        response.writeHead(200).end(Buffer.alloc(2_000))
      },
      { retryable: false },
    ],
    [
      'broken off',
      (response, _call, socket) => {
        response.writeHead(200, { 'content-length': '900' })
        response.write('half')
        setTimeout(() => socket.destroy(), 5)
      },
      { retryable: true },
    ],
  ])('%s', async (_what, reply, expected) => {
    const waha = await startWaha()
    waha.answerWith(reply)
    await expect(open(waha).download({ url: inside }, { maxBytes: 1_000 })).rejects.toMatchObject({
      code: 'channel_refused',
      ...expected,
    })
  })
})

describe('health', () => {
  test.each<[session: unknown, state: string, ok: boolean]>([
    [{ status: 'WORKING', engine: { engine: 'GOWS' } }, 'WORKING', true],
    [{ status: 'SCAN_QR_CODE' }, 'SCAN_QR_CODE', false],
    [{ status: 'FAILED' }, 'FAILED', false],
    [{}, 'UNKNOWN', false],
    [[], 'UNKNOWN', false],
  ])('%j', async (session, state, ok) => {
    const waha = await startWaha()
    waha.session = session
    expect(await open(waha).health()).toEqual({ ok, state })
  })

  test('of a session that does not exist, or with a wrong key, is an error that says what to do', async () => {
    const waha = await startWaha()
    waha.answerWith(json(404, { message: 'Session not found' }))
    await expect(open(waha).health({ account: 'a b' })).rejects.toMatchObject({ scope: 'account' })
    expect(waha.calls).toMatchObject([{ path: '/api/sessions/a%20b' }])
    await expect(open(waha, { apiKey: 'wrong' }).health()).rejects.toMatchObject({ scope: 'auth' })
  })
})

describe('looking up the other address', () => {
  const phoneIdentity = { kind: 'phone' as const, value: `+${phone}` }
  const lidIdentity = { kind: 'lid' as const, value: lid }

  test('of a lid and of a phone', async () => {
    const waha = await startWaha()
    waha.answerWith(json(200, { lid, pn: chat }))
    const channel = open(waha)
    expect(await channel.lookUp(lidIdentity)).toEqual([phoneIdentity])
    expect(await channel.lookUp(phoneIdentity, { account: 'branch-2' })).toEqual([lidIdentity])
    expect(waha.calls.map(({ path }) => path)).toEqual([
      `/api/default/lids/${lid.slice(0, -4)}`,
      `/api/branch-2/lids/pn/${phone}`,
    ])
    expect(await channel.lookUp({ kind: 'bsuid', value: 'US.1' })).toEqual([])
  })

  test.each([{ lid, pn: null }, { lid }, {}, [], null, { pn: 'nobody' }])('%j: none', async answer => {
    const waha = await startWaha()
    waha.answerWith(json(200, answer))
    expect(await open(waha).lookUp(lidIdentity)).toEqual([])
  })
})

describe('history', () => {
  const peer: Peer = { kind: 'phone', value: `+${phone}` }

  async function read(
    waha: FakeWaha,
    options?: Parameters<WahaChannel['history']>[1],
  ): Promise<ChannelEvent[]> {
    const events: ChannelEvent[] = []
    for await (const event of open(waha).history({ account: 'default', peer }, options)) events.push(event)
    return events
  }

  /** A chat of so many messages, newest first, that grows by one with every page that is read. */
  function chatOf(length: number): Reply {
    let newer = 0
    return (response, { path }) => {
      const query = new URL(path, 'http://waha').searchParams
      const offset = Number(query.get('offset')) - newer
      newer += 1
      const items = Array.from({ length: Number(query.get('limit')) }, (_, index) => offset + index)
      const page = items
        .filter(index => index < length)
        .map(index => {
          const fields = { timestamp: seconds - index, body: `message ${index}` }
          return index % 2 === 0
            ? message({ id: `false_${chat}_3A${index}`, ...fields })
            : own({ id: `true_${chat}_3E${index}`, source: undefined, ...fields })
        })
      json(200, page)(response)
    }
  }

  test('is read page by page, each message once, as history', async () => {
    const waha = await startWaha()
    waha.answerWith(chatOf(120))
    const events = await read(waha)
    expect(events).toHaveLength(120)
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'message', author: 'customer', history: true, providerId: '3A0', sentAt: now },
      { type: 'message', author: 'operator', history: true, providerId: '3E1', raw: { event: 'history' } },
    ])
    expect(waha.calls.map(({ path }) => path)).toEqual(
      [0, 50, 100].map(
        offset => `/api/default/chats/${phone}%40c.us/messages?limit=50&offset=${offset}&downloadMedia=false`,
      ),
    )
  })

  test('ends where it is told to', async () => {
    const waha = await startWaha()
    waha.answerWith(chatOf(120))
    expect(await read(waha, { limit: 7 })).toHaveLength(7)
    expect(await read(waha, { limit: 0 })).toEqual([])
    await read(waha, { since: now - 1_500 })
    expect(waha.calls.at(-1)?.path).toContain(`&filter.timestamp.gte=${seconds - 2}`)
  })

  test('leaves out what no chat could keep', async () => {
    const waha = await startWaha()
    waha.answerWith(json(200, [null, 7, {}, { id: '' }, { id: 'false_status@broadcast_3A' }]))
    expect(await read(waha)).toEqual([])
  })

  test.each([{}, null, 'x', '<html></html>'])(
    'that is no list is an error, not the end of it: %j',
    async page => {
      const waha = await startWaha()
      waha.answerWith(json(200, page))
      await expect(read(waha)).rejects.toMatchObject({ code: 'channel_refused', retryable: true })
    },
  )

  test('has pages of any length: engines put previews into them', async () => {
    const waha = await startWaha()
    const preview = 'A'.repeat(60_000)
    const page = Array.from({ length: 49 }, () => message({ _data: { body: preview } }))
    waha.answerWith(json(200, page))
    expect(await read(waha)).toHaveLength(49)
  })

  test('a server that gives the same page for ever does not keep us', async () => {
    const waha = await startWaha()
    const page = Array.from({ length: 50 }, () => message())
    waha.answerWith(json(200, page))
    expect(await read(waha)).toHaveLength(50)
    expect(waha.calls).toHaveLength(2)
  })

  test.each([
    ['as the session tells', true],
    ['as webhooks have told, which saves the question', false],
  ])('knows our own words in a group, where NOWEB calls them somebody’s: %s', async (_how, asks) => {
    const waha = await startWaha('NOWEB')
    waha.session = { status: 'WORKING', me }
    const fields = { participant: me.lid, fromMe: false }
    waha.answerWith(json(200, [message({ id: `false_${group}_3A1_${me.lid}`, ...fields })]))
    const channel = open(waha)
    if (!asks) await channel.receive(post(webhook('session.status', { status: 'WORKING' })))
    const events: ChannelEvent[] = []
    const chats = { account: 'default', peer: { kind: 'group', value: group } } as const
    for await (const event of channel.history(chats)) events.push(event)
    expect(events).toMatchObject([{ type: 'message', author: 'operator', history: true }])
    expect(waha.sessionReads()).toBe(asks ? 1 : 0)
  })

  test('that cannot be had is an error', async () => {
    const waha = await startWaha()
    waha.answerWith(json(422, { message: 'Session status is not as expected' }))
    await expect(read(waha)).rejects.toMatchObject({
      code: 'channel_refused',
      scope: 'account',
      retryable: true,
    })
  })
})
