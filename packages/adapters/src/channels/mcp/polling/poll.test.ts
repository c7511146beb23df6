import { describe, expect, test } from 'vitest'
import { json } from '../phone.test.support.js'
import { chat, makeScene, messagesIn, minute, poll, said } from './scene.test.support.js'

describe('the first poll', () => {
  test('takes what came after the start, leaves out what is older, and marks what lies in the overlap', async () => {
    const scene = await makeScene()
    scene.arrives('last week', chat, scene.now() - 7 * 24 * 60 * minute)
    scene.arrives('just before', chat, scene.now() - minute)
    const channel = scene.start()
    scene.pass(1_000)
    scene.arrives('hello')
    const { events } = await poll(channel)
    expect(said(events)).toEqual(['customer (history): just before', 'customer: hello'])
  })

  test('asks nothing about chats in which nothing happened', async () => {
    const scene = await makeScene()
    for (let i = 0; i < 5; i++) {
      scene.arrives('old', `1555000${1000 + i}@s.whatsapp.net`, scene.now() - 60 * minute)
    }
    const channel = scene.start()
    expect((await poll(channel)).events).toEqual([])
    expect(scene.looks()).toBe(0)
  })

  test('brings history when it is told how far to look back', async () => {
    const scene = await makeScene({ backfillMs: 24 * 60 * minute })
    scene.arrives('this morning', chat, scene.now() - 300 * minute)
    expect(said((await poll(scene.start())).events)).toEqual(['customer (history): this morning'])
  })
})

describe('what a poll tells', () => {
  test('a text with its person, its chat and its time', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    scene.pass(1_000)
    const { id } = scene.arrives('Is the blue one in stock?')
    const { events } = await poll(channel)
    expect(messagesIn(events)[0]).toMatchObject({
      channel: 'mcp',
      account: 'default',
      providerId: id,
      author: 'customer',
      chat: {
        kind: 'direct',
        person: { identities: [{ kind: 'phone', value: '+15550001234' }], name: 'Chat 155500' },
      },
      sentAt: scene.now(),
      content: { type: 'text', text: 'Is the blue one in stock?' },
    })
    expect(events[0]).not.toHaveProperty('history')
    expect(events[0]?.type === 'message' && events[0].raw).toMatchObject({ id, chat_id: chat })
  })

  test('groups with their senders; nothing of channels and status updates', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    scene.pass(1_000)
    const group = scene.arrives('hi all', '120363000000000001@g.us')
    group.sender = '15550002222@s.whatsapp.net'
    scene.arrives('news', '120363000000000002@newsletter')
    scene.arrives('look', 'status@broadcast')
    const { events } = await poll(channel)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      chat: { kind: 'group', id: '120363000000000001@g.us' },
      sender: { identities: [{ kind: 'phone', value: '+15550002222' }] },
    })
  })

  test('every message of a long absence, in the order of time', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    const { cursor } = await poll(channel)
    for (let i = 0; i < 170; i++) {
      scene.pass(10_000)
      scene.arrives(`number ${i}`)
    }
    const { events } = await poll(channel, cursor)
    expect(said(events)).toEqual(Array.from({ length: 170 }, (_, i) => `customer: number ${i}`))
  })

  test('what is no message, once, as a notice', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    scene.arrives('fine')
    scene.phone.state.intercept = tool => (tool === 'get_messages' ? json(['what?', null, 42]) : undefined)
    const first = await poll(channel)
    expect(said(first.events)).toEqual(Array(3).fill('notice mcp_message_unreadable'))
    expect((await poll(channel, first.cursor)).events).toEqual([])
  })
})

test('a record that nests without end is a notice, and harms nobody', async () => {
  const scene = await makeScene()
  const channel = scene.start()
  scene.arrives('fine')
  const deep = `${'['.repeat(3_000)}${']'.repeat(3_000)}`
  const text = `[${deep}, {"id":"A","from_me":false,"text":"fine","timestamp":${scene.now()}}]`
  scene.phone.state.intercept = tool =>
    tool === 'get_messages' ? { content: [{ type: 'text', text }] } : undefined
  expect(said((await poll(channel)).events)).toEqual(['notice mcp_message_unreadable', 'customer: fine'])
})

describe('polls that follow', () => {
  test('bring what is new once, and again as long as it was not committed', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    const first = await poll(channel)
    scene.pass(1_000)
    scene.arrives('one')
    const second = await poll(channel, first.cursor)
    expect(said(second.events)).toEqual(['customer: one'])
    scene.pass(1_000)
    scene.arrives('two')
    const again = await poll(channel, first.cursor)
    expect(said(again.events)).toEqual(['customer: one', 'customer: two'])
    expect(messagesIn(again.events)[0]?.providerId).toBe(messagesIn(second.events)[0]?.providerId)
    expect(said((await poll(channel, second.cursor)).events)).toContain('customer: two')
    expect((await poll(channel, again.cursor)).events.map(event => event.type)).not.toContain('notice')
  })

  test('give the same cursor while nothing happens, and ask for no messages', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    scene.arrives('hello')
    const first = await poll(channel)
    scene.pass(11 * minute)
    const second = await poll(channel, first.cursor)
    const looks = scene.looks()
    scene.pass(5_000)
    const third = await poll(channel, second.cursor)
    expect(third).toEqual({ events: [], cursor: second.cursor })
    expect(scene.looks()).toBe(looks)
  })

  test('find a second message of the same second, and one that comes late', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    scene.pass(5 * minute)
    scene.arrives('first')
    const first = await poll(channel)
    scene.arrives('same second')
    scene.arrives('from a phone that was offline', chat, scene.now() - 4 * minute)
    const { events } = await poll(channel, first.cursor)
    expect(said(events)).toEqual(['customer: from a phone that was offline', 'customer: same second'])
  })

  test('after a restart bring nothing as old that came in between', async () => {
    const scene = await makeScene()
    const first = await poll(scene.start())
    scene.pass(60 * minute)
    scene.arrives('while you were away')
    scene.pass(60 * minute)
    expect(said((await poll(scene.start(), first.cursor)).events)).toEqual(['customer: while you were away'])
  })

  test('begin anew with a cursor that nobody can read, and say so', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    for (const broken of ['', '{', '{"v":2}', 'null', '{"v":1,"start":"x"}']) {
      expect(said((await poll(channel, broken)).events)).toContain('notice mcp_cursor_unreadable')
    }
  })

  test('remember no more chats than they are told to, and lose nothing by it', async () => {
    const scene = await makeScene({ maxChats: 3, overlapMs: 30_000 })
    const channel = scene.start()
    let { cursor } = await poll(channel)
    const heard: string[] = []
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 6; i++) {
        scene.pass(minute)
        scene.arrives(`${round}/${i}`, `1555000${1000 + i}@s.whatsapp.net`)
        const polled = await poll(channel, cursor)
        heard.push(...said(polled.events))
        cursor = polled.cursor
        expect(JSON.parse(cursor).chats.length).toBeLessThanOrEqual(3)
      }
    }
    const all = [0, 1, 2].flatMap(round => [0, 1, 2, 3, 4, 5].map(i => `customer: ${round}/${i}`))
    expect(heard).toEqual(all)
  })
})

describe('a server with troubles', () => {
  const words = (text: string) => ({ content: [{ type: 'text' as const, text }], isError: true })

  test('in one chat leaves the others alone, and is told once', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    scene.pass(1_000)
    scene.arrives('good', '15550001111@s.whatsapp.net')
    scene.arrives('bad', '15550002222@s.whatsapp.net')
    scene.phone.state.intercept = (tool, { chat_id }) =>
      tool === 'get_messages' && String(chat_id).includes('2222') ? words('no such table') : undefined
    const first = await poll(channel)
    expect(said(first.events).sort()).toEqual(['customer: good', 'notice mcp_chat_failed'])
    expect((await poll(channel, first.cursor)).events).toEqual([])
    scene.phone.state.intercept = undefined
    expect(said((await poll(channel, first.cursor)).events)).toContain('customer: bad')
  })

  test('in all chats is an error, and so is prose instead of a list', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    scene.arrives('hello')
    scene.phone.state.intercept = tool => (tool === 'get_messages' ? words('no such table') : undefined)
    await expect(poll(channel)).rejects.toMatchObject({ code: 'channel_refused' })
    for (const text of ['Here are your chats!', '<html></html>', '"words"']) {
      scene.phone.state.intercept = () => ({ content: [{ type: 'text', text }] })
      await expect(poll(channel)).rejects.toMatchObject({ code: 'channel_refused', retryable: true })
    }
    scene.phone.state.intercept = undefined
    expect(said((await poll(channel)).events)).toEqual(['customer: hello'])
  })
})
