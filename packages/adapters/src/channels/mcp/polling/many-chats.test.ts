import { describe, expect, test } from 'vitest'
import { chat, makeScene, messagesIn, minute, poll, said } from './scene.test.support.js'

const chatOf = (index: number) => `1555${String(index).padStart(7, '0')}@s.whatsapp.net`

/** Polls until nothing is left. */
async function pollAll(channel: Parameters<typeof poll>[0], from: string) {
  const heard: string[] = []
  let cursor = from
  let polls = 0
  for (let more: boolean | undefined = true; more; polls += 1) {
    expect(polls).toBeLessThan(50)
    const polled = await poll(channel, cursor)
    heard.push(...messagesIn(polled.events).flatMap(({ content }) => ('text' in content ? content.text : [])))
    cursor = polled.cursor
    more = polled.more
  }
  return { heard, cursor, polls }
}

describe('more chats with news than one poll looks into', () => {
  test('are all heard, some later', async () => {
    const scene = await makeScene({ maxChats: 20 })
    const channel = scene.start()
    const first = await poll(channel)
    scene.pass(minute)
    const texts = Array.from({ length: 45 }, (_, index) => `from ${index}`)
    for (const [index, text] of texts.entries()) scene.arrives(text, chatOf(index))
    const { heard, cursor, polls } = await pollAll(channel, first.cursor)
    expect(heard.sort()).toEqual(texts.sort())
    expect(polls).toBe(3)
    // They are known from now on, although they are more than are kept for long.
    expect(await poll(channel, cursor)).toMatchObject({ events: [] })
    scene.pass(30 * minute)
    const quiet = await poll(channel, cursor)
    expect(JSON.parse(quiet.cursor).chats.length).toBeLessThanOrEqual(20)
    scene.arrives('again', chatOf(7))
    expect(said((await poll(channel, quiet.cursor)).events)).toEqual(['customer: again'])
  })

  test('are all heard after a long outage, by another process than the one that began', async () => {
    const scene = await makeScene({ maxChats: 10, overlapMs: minute })
    const first = await poll(scene.start())
    const texts = Array.from({ length: 45 }, (_, index) => `from ${index}`)
    for (const [index, text] of texts.entries()) {
      scene.pass(10 * minute)
      scene.arrives(text, chatOf(index))
    }
    const second = await poll(scene.start(), first.cursor)
    expect(second.more).toBe(true)
    // What it has looked into is listed first, and old by the time that somebody goes on.
    scene.pass(24 * 60 * minute)
    const { heard } = await pollAll(scene.start(), second.cursor)
    const before = messagesIn(second.events).map(({ content }) => ('text' in content ? content.text : ''))
    expect([...before, ...heard].sort()).toEqual(texts.sort())
  })

  test('do not keep the poll beyond its time', async () => {
    const scene = await makeScene()
    const channel = scene.start()
    const first = await poll(channel)
    scene.pass(minute)
    const texts = Array.from({ length: 40 }, (_, index) => `from ${index}`)
    for (const [index, text] of texts.entries()) scene.arrives(text, chatOf(index))
    scene.phone.state.intercept = tool => {
      if (tool === 'get_messages') scene.pass(2_000)
      return undefined
    }
    const { heard, polls } = await pollAll(channel, first.cursor)
    expect(heard.sort()).toEqual(texts.sort())
    expect(polls).toBeGreaterThan(2)
  })
})

test('a list of chats without end is read to a bound, and that is said', async () => {
  const scene = await makeScene({ maxChats: 10 })
  const channel = scene.start()
  scene.pass(1_000)
  scene.arrives('hello')
  scene.phone.state.intercept = (tool, { limit }) => {
    if (tool !== 'get_chats') return undefined
    const ids = [chat, ...Array.from({ length: Number(limit) - 1 }, (_, index) => chatOf(index))]
    const chats = ids.map(id => ({ id, timestamp: scene.now() / 1000 }))
    return { content: [{ type: 'text', text: JSON.stringify(chats) }] }
  }
  const { events, more } = await poll(channel)
  expect(said(events).sort()).toEqual(['customer: hello', 'notice mcp_chats_truncated'])
  expect(more).toBe(true)
})
