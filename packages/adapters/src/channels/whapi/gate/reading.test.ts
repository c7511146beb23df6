import type { ChannelEvent, Peer } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { type Answer, json, startServer } from '../../../http/local-server.test.support.js'
import { whapiChannel } from '../index.js'
import {
  account,
  channelOptions,
  chatId,
  groupId,
  lid,
  message,
  own,
  phone,
  seconds,
} from '../webhook/samples.test.support.js'

async function setUp(answer: Answer) {
  const server = await startServer(answer)
  return { ...server, channel: whapiChannel({ ...channelOptions, apiUrl: server.url }) }
}

async function collect(events: AsyncIterable<ChannelEvent>): Promise<ChannelEvent[]> {
  const all: ChannelEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

describe('history', () => {
  const peer: Peer = { kind: 'phone', value: `+${phone}` }

  /** A chat of so many messages, newest first, as the API pages through it. */
  async function chatOf(messages: readonly unknown[]) {
    const server = await startServer(response => {
      const url = new URL(server.requests.at(-1)?.path ?? '', server.url)
      const offset = Number(url.searchParams.get('offset'))
      const page = messages.slice(offset, offset + Number(url.searchParams.get('count')))
      json(200, { messages: page, count: page.length, total: messages.length, offset })(
        response,
        response.socket as never,
      )
    })
    return { server, channel: whapiChannel({ ...channelOptions, apiUrl: server.url }) }
  }

  const many = Array.from({ length: 230 }, (_, index) =>
    message({ id: `h.${index}-a`, timestamp: seconds - index }),
  )

  test('comes newest first, page by page, as history', async () => {
    const { server, channel } = await chatOf(many)
    const events = await collect(channel.history({ account, peer }))
    expect(events.map(event => 'providerId' in event && event.providerId)).toEqual(many.map(({ id }) => id))
    for (const event of events) expect(event).toMatchObject({ history: true, account })
    expect(server.requests.map(({ path }) => path)).toEqual([
      `/messages/list/${chatId}?count=100&offset=0&sort=desc`,
      `/messages/list/${chatId}?count=100&offset=100&sort=desc`,
      `/messages/list/${chatId}?count=100&offset=200&sort=desc`,
      `/messages/list/${chatId}?count=100&offset=230&sort=desc`,
    ])
  })

  test('ends where it is told to', async () => {
    const { server, channel } = await chatOf(many)
    expect(await collect(channel.history({ account, peer }, { limit: 120 }))).toHaveLength(120)
    expect(server.requests).toHaveLength(2)
    const since = (seconds - 9) * 1000
    const events = await collect(channel.history({ account, peer }, { since }))
    expect(events.length).toBe(10)
    expect(server.requests[2]?.path).toContain(`&time_from=${seconds - 9}&`)
    for await (const event of channel.history({ account, peer })) {
      expect(event).toMatchObject({ providerId: 'h.0-a' })
      break
    }
    expect(server.requests).toHaveLength(5)
  })

  test('what we wrote is the operator’s, over whatever it went out', async () => {
    const { channel } = await chatOf([own({ source: 'api' }), own(), message()])
    expect(await collect(channel.history({ account, peer }))).toMatchObject([
      { type: 'message', author: 'operator', history: true },
      { type: 'message', author: 'operator', history: true },
      { type: 'message', author: 'customer', history: true },
    ])
  })

  test('a server that gives the same page for ever does not keep us', async () => {
    const { channel, requests } = await setUp(
      json(200, { messages: [message({ id: 'h.0-a' }), message({ id: 'h.0-a' })] }),
    )
    expect(await collect(channel.history({ account, peer }))).toHaveLength(1)
    expect(requests).toHaveLength(2)
  })

  test.each<[peer: Peer, chat: string]>([
    [{ kind: 'lid', value: lid }, lid],
    [{ kind: 'group', value: groupId }, groupId],
  ])('of %j', async (other, chat) => {
    const { channel, requests } = await setUp(json(200, { messages: [] }))
    expect(await collect(channel.history({ account, peer: other }))).toEqual([])
    expect(requests[0]?.path).toBe(`/messages/list/${chat}?count=100&offset=0&sort=desc`)
  })

  test('that cannot be read says so', async () => {
    for (const [answer, retryable] of [
      [json(200, '<html></html>'), true],
      [json(502, ''), true],
      [json(404, { error: { code: 404 } }), false],
    ] as const) {
      const { channel } = await setUp(answer)
      await expect(collect(channel.history({ account, peer }))).rejects.toMatchObject({
        code: 'channel_refused',
        retryable,
      })
    }
  })
})

test('other accounts have other tokens', async () => {
  const { channel, requests } = await setUp(json(200, {}))
  const peer: Peer = { kind: 'phone', value: `+${phone}` }
  const other = { account: 'OTHER-1' }
  const refusal = { code: 'channel_refused', scope: 'account' }
  await expect(collect(channel.history({ ...other, peer }))).rejects.toMatchObject(refusal)
  await expect(channel.health(other)).rejects.toMatchObject(refusal)
  await expect(channel.lookUp({ kind: 'phone', value: `+${phone}` }, other)).rejects.toMatchObject(refusal)
  const address = { ...other, to: peer, providerId: 'x' }
  await expect(channel.markRead(address)).rejects.toMatchObject(refusal)
  await expect(channel.startTyping(address)).rejects.toMatchObject(refusal)
  expect(requests).toEqual([])
})

describe('health', () => {
  test.each([
    ['AUTH', true],
    ['QR', false],
    ['SYNC_ERROR', false],
  ])('%s', async (text, ok) => {
    const { channel, requests } = await setUp(json(200, { status: { code: 4, text }, uptime: 1 }))
    await expect(channel.health()).resolves.toEqual({ ok, state: text })
    expect(requests).toMatchObject([{ method: 'GET', path: '/health?wakeup=false' }])
  })

  test('is not made up', async () => {
    for (const body of ['', '{}', '{"status":{"code":4}}', '<html>']) {
      const { channel } = await setUp(json(200, body))
      await expect(channel.health()).rejects.toMatchObject({ code: 'channel_refused', retryable: true })
    }
  })
})

describe('the LID of a phone', () => {
  const identity = { kind: 'phone', value: `+${phone}` } as const
  const found = { kind: 'lid', value: lid }

  test.each([
    [{ lid }, [found]],
    [{ lid: lid.split('@')[0] }, [found]],
    [{ lid: '' }, []],
    [{ lid: chatId }, []],
    [{}, []],
  ])('%j', async (body, identities) => {
    const { channel, requests } = await setUp(json(200, body))
    await expect(channel.lookUp(identity)).resolves.toEqual(identities)
    expect(requests[0]?.path).toBe(`/contacts/lids/${phone}`)
  })

  test('of nobody is none, of a failure is not', async () => {
    const nobody = await setUp(json(404, { error: { code: 404, message: 'not found' } }))
    await expect(nobody.channel.lookUp(identity)).resolves.toEqual([])
    const wrongAddress = await setUp(json(404, '<html></html>'))
    await expect(wrongAddress.channel.lookUp(identity)).rejects.toMatchObject({ code: 'channel_refused' })
  })

  test('there is no way back', async () => {
    const { channel, requests } = await setUp(json(200, {}))
    await expect(channel.lookUp({ kind: 'lid', value: lid })).resolves.toEqual([])
    await expect(channel.lookUp({ kind: 'bsuid', value: '123456789' })).resolves.toEqual([])
    expect(requests).toEqual([])
  })
})
