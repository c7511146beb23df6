import { expect, test } from 'vitest'
import type { Emulator } from '../emulator.js'
import { createEventLog } from '../event-log.js'
import { send, sendText, startBoth } from '../test-support/bot.js'

interface SeenEvent {
  readonly id: number
  readonly type: string
  readonly data: Record<string, unknown>
}

/** Reads server-sent events until `enough` says so. */
async function watch(
  emulator: Emulator,
  enough: (events: readonly SeenEvent[]) => boolean,
  options: { headers?: Record<string, string>; query?: string; ready?: () => void } = {},
): Promise<SeenEvent[]> {
  const abort = new AbortController()
  const url = `${emulator.url}/_emulator/events${options.query ?? ''}`
  const response = await fetch(url, { headers: options.headers ?? {}, signal: abort.signal })
  const events: SeenEvent[] = []
  let rest = ''
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const line = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
      if (block.startsWith(':')) options.ready?.()
      else if (line('event') !== '')
        events.push({ id: Number(line('id')), type: line('event'), data: JSON.parse(line('data')) })
    }
    if (enough(events)) break
  }
  abort.abort()
  return events
}

test('a message, its delivery, the typing bubble, the answer and its ticks come live and in order', async () => {
  await using both = await startBoth({ statuses: { sentMs: 0, deliveredMs: 1 } })
  const { emulator } = both
  let ready = (): void => {}
  const started = new Promise<void>(resolve => {
    ready = resolve
  })
  const watching = watch(
    emulator,
    events => events.some(each => each.data.tick === 'delivered' && each.data.author === 'business'),
    { ready },
  )
  await started
  const { id } = await emulator.person().text('Hi')
  await send(emulator, { status: 'read', message_id: id, typing_indicator: { type: 'text' }, to: undefined })
  await sendText(emulator, 'Hello')
  const events = await watching
  const story = events
    .filter(each => !['delivery', 'request'].includes(each.type))
    .map(({ type, data }) => [type, data.author ?? (data.until === 0 ? 'stopped' : 'started'), data.tick])
  expect(story).toEqual([
    ['message', 'person', 'sent'],
    ['message-changed', 'person', 'delivered'],
    ['message-changed', 'person', 'read'],
    ['typing', 'started', undefined],
    ['typing', 'stopped', undefined],
    ['message', 'business', 'sent'],
    ['message-changed', 'business', 'delivered'],
  ])
  expect(events.filter(each => each.type === 'delivery')[0]?.data).toMatchObject({ status: 200, attempt: 1 })
  expect(events.filter(each => each.type === 'request')[0]?.data).toMatchObject({
    accepted: true,
    outcome: 'answered',
  })
  const ids = events.map(each => each.id)
  expect(ids).toEqual(ids.map((_, place) => (ids[0] ?? 0) + place))
})

test('a watcher resumes after the last event it saw', async () => {
  await using both = await startBoth()
  const { emulator } = both
  await emulator.person().text('one')
  const state = await fetch(`${emulator.url}/_emulator/state`)
  const { lastEventId } = (await state.json()) as { lastEventId: number }
  await emulator.person().text('two')
  const enough = (events: readonly SeenEvent[]): boolean => events.some(each => each.type === 'message')
  for (const options of [
    { headers: { 'last-event-id': String(lastEventId) } },
    { query: `?after=${lastEventId}` },
  ]) {
    const events = await watch(emulator, enough, options)
    expect(events[0]).toMatchObject({ id: lastEventId + 1, type: 'message', data: { text: 'two' } })
  }
})

test('a watcher from another run is told to fetch the state anew', async () => {
  await using both = await startBoth()
  const events = await watch(both.emulator, seen => seen.length > 0, { query: '?after=99999' })
  expect(events).toMatchObject([{ type: 'reload', data: {} }])
})

test('the log says when it no longer has what was missed', () => {
  const log = createEventLog(0)
  for (let count = 1; count <= 10_000; count += 1) log.append('message', { count })
  expect(log.since(1)).toBeUndefined()
  expect(log.since(9_998)).toMatchObject([{ id: 9_999 }, { id: 10_000 }])
  expect(log.since(10_000)).toEqual([])
  expect(log.since(10_001)).toBeUndefined()
  expect(log.since(Number.NaN)).toBeUndefined()
})
