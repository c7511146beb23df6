// How much memory conversations cost the process that serves them. Run with `--expose-gc`.
// STORE as in `stores.ts`; COUNT conversations; KIND `idle` (one message, answered) or `buffering` (one message, not due yet).
import { setTimeout as sleep } from 'node:timers/promises'
import { startEmbeddedBot } from '../measure/embedded-bot.js'
import { openStore } from './stores.js'

const count = Number(process.env.COUNT)
const idle = process.env.KIND === 'idle'
/** As many at a time as a busy server takes. */
const width = 256

let answered = 0
await using embedded = await startEmbeddedBot({ store: await openStore(), quietMs: idle ? 0 : 3_600_000 })
embedded.bot.on('message.sent', () => {
  answered++
})

/** Messages of people who never wrote before; resolves when all is done that is to be done for now. */
async function write(first: number, people: number): Promise<void> {
  let next = first
  const end = first + people
  const writer = async () => {
    while (next < end)
      await embedded.write(`+1555${String(next++).padStart(7, '0')}`, 'Hello, are you there?')
  }
  await Promise.all(Array.from({ length: width }, writer))
  while (idle && answered < end) await sleep(20)
}

function memory() {
  for (let round = 0; round < 4; round++) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { retained: heapUsed + external, resident: rss }
}

// What the first messages bring with them (connections, compiled code, a heap of the size that the load wants) stays.
const warmUp = Math.ceil(count / 10)
await write(0, warmUp)
const before = memory()
await write(warmUp, count)
const after = memory()
process.send?.({ retained: after.retained - before.retained, resident: after.resident - before.resident })
