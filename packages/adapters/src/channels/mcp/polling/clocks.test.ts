import { describe, expect, test } from 'vitest'
import { chat, makeScene, minute, poll, said } from './scene.test.support.js'

/** A server whose times are ahead of ours, or behind. What it says before and after the start, and what becomes of it. */
async function hear(ahead: number) {
  const scene = await makeScene()
  scene.arrives('old', chat, scene.now() - 5 * minute + ahead)
  const channel = scene.start()
  const first = await poll(channel)
  scene.pass(20_000)
  scene.arrives('new', chat, scene.now() + ahead)
  const second = await poll(channel, first.cursor)
  return { scene, channel, first, second }
}

describe('a server whose clock is', () => {
  test.each([10 * minute, 120 * minute, 12 * 60 * minute])(
    '%i ms ahead: what is old is not answered',
    async ahead => {
      const { first, second } = await hear(ahead)
      expect(said(first.events)).toEqual(['notice mcp_times_ahead', 'customer (history): old'])
      expect(said(second.events)).toEqual(['customer: new'])
    },
  )

  test.each([
    // Seconds are no trouble that lasts: by the next minute the times are those of the start, and later.
    [-30_000, ['notice mcp_times_behind', 'customer (history): new']],
    [-10 * minute, ['notice mcp_times_behind', 'customer (history): new']],
    // So old that nobody looks into the chat at all.
    [-120 * minute, ['notice mcp_times_behind']],
  ])('%i ms behind: nobody can tell new from old, and that is said, once', async (ahead, expected) => {
    const { scene, channel, second } = await hear(ahead)
    expect(said(second.events)).toEqual(expected)
    scene.pass(1_000)
    scene.arrives('more', chat, scene.now() + ahead)
    expect(said((await poll(channel, second.cursor)).events)).not.toContain('notice mcp_times_behind')
    scene.pass(-ahead)
    scene.arrives('later', chat, scene.now() + ahead)
    expect(said((await poll(channel, second.cursor)).events)).toContain('customer: later')
  })

  test('right is nothing to speak of', async () => {
    const { first, second } = await hear(0)
    expect(said(first.events)).toEqual(['customer (history): old'])
    expect(said(second.events)).toEqual(['customer: new'])
  })
})

test('a cursor that was written while our clock was ahead does not make all that comes old', async () => {
  const scene = await makeScene()
  const future = scene.now() + 30 * 24 * 60 * minute
  for (const time of [future, 9e15, 1e308]) {
    const chats = [[chat, time, 'hash']]
    const cursor = JSON.stringify({ v: 1, start: time, floor: time, at: time, count: 1, chats, sent: [] })
    const channel = scene.start()
    scene.pass(1_000)
    const text = `at ${time}`
    scene.arrives(text)
    const first = await poll(channel, cursor)
    expect(said(first.events)).toContain(`customer: ${text}`)
    scene.pass(20 * minute)
    scene.arrives('and after it')
    expect(said((await poll(channel, first.cursor)).events)).toEqual(['customer: and after it'])
  }
})

test('a clock that is set back while the process runs does not make all that comes old', async () => {
  const scene = await makeScene()
  const channel = scene.start()
  scene.pass(-60 * minute)
  const first = await poll(channel)
  scene.pass(1_000)
  scene.arrives('hello')
  expect(said((await poll(channel, first.cursor)).events)).toEqual(['customer: hello'])
})
