import type { InboundMessage, Store } from '@switchboard/core'
import { memoryStore } from '@switchboard/storage/memory'
import { pgliteStore } from '@switchboard/storage/pglite'
import { postgresStore } from '@switchboard/storage/postgres'
import { type EmbeddedBot, startEmbeddedBot, textEvent } from '../measure/embedded-bot.js'
import type { Goal, Report, Row } from '../measure/report.js'
import { summarise } from '../measure/statistics.js'
import type { Section } from './section.js'

/** What a turn costs in conversations of different lengths. */
export const length: Section = async ({ databases, size }) => {
  const lengths = size < 1 ? [10, 1_000, 20_000] : [10, 1_000, 100_000]
  const turns = Math.round(200 * size)
  const stores: Record<string, Store> = {
    memory: memoryStore(),
    PGlite: pgliteStore({ dataDir: await databases.pglite() }),
    PostgreSQL: postgresStore({ connectionString: await databases.postgres() }),
  }
  const rows: Row[] = []
  const goals: Goal[] = []
  for (const [name, store] of Object.entries(stores)) {
    const report = await measure(name, store, lengths, turns)
    rows.push(...report.rows)
    goals.push(report.goal)
  }
  return { tables: [{ title: 'A turn in conversations of different lengths', rows }], goals } satisfies Report
}

async function measure(name: string, store: Store, lengths: readonly number[], turns: number) {
  await using embedded = await startEmbeddedBot({ store })
  const people = lengths.map((_, index) => `+1555000${1_000 + index}`)
  for (const [index, phone] of people.entries()) await fill(store, phone, lengths[index] as number)
  const latencies = people.map((): number[] => [])
  const uncounted = 20
  for (let turn = -uncounted; turn < turns; turn++) {
    for (const [index, phone] of people.entries()) {
      const ms = await timed(embedded, phone)
      if (turn >= 0) latencies[index]?.push(ms)
    }
  }
  const summaries = latencies.map(summarise)
  const rows = summaries.map(({ p50, p99 }, index) => ({
    name: `${name}, ${lengths[index]?.toLocaleString('en')} messages`,
    values: { 'p50 ms': p50, 'p99 ms': p99 },
  }))
  const goal: Goal = {
    name: `${name}: a turn in the longest conversation against the shortest`,
    value: (summaries.at(-1)?.p50 ?? Number.NaN) / (summaries[0]?.p50 ?? Number.NaN),
    limit: 1.25,
    better: 'less',
    unit: ' ×',
  }
  return { rows, goal }
}

async function timed(embedded: EmbeddedBot, phone: string): Promise<number> {
  const started = performance.now()
  await embedded.exchange(phone, 'and what does it cost now?')
  return performance.now() - started
}

/** Messages of the past: stored, never answered. */
async function fill(store: Store, phone: string, count: number): Promise<void> {
  const options = { buffer: { quietMs: 0, maxWaitMs: 0, maxCount: 1 }, handoffIdleMs: null, keepRaw: true }
  const first = Date.now() - count * 60_000
  for (let start = 0; start < count; start += 500) {
    const events = Array.from({ length: Math.min(500, count - start) }, (_, offset): InboundMessage => {
      const index = start + offset
      const event = textEvent(phone, `past-${phone}-${index}`, `what was said as number ${index}`)
      const author = index % 2 === 0 ? 'customer' : 'operator'
      return { ...event, author, history: true, sentAt: first + index * 60_000 }
    })
    await store.ingest(events, options)
  }
}
