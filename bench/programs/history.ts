// One webhook of 3 MB with thousands of old messages, into the store. STORE as in `stores.ts`. Run with `--expose-gc`.
import { createHmac } from 'node:crypto'
import { metaChannel } from '@switchboard/adapters/meta'
import { createBot } from '@switchboard/core'
import { account } from '../load/wire.js'
import { openStore } from './stores.js'

const whole = 3 * 1024 * 1024 - 1_000
const people = 50

const bot = createBot({
  channels: [metaChannel(account)],
  store: await openStore(),
  respond: () => undefined,
})
await bot.ready()

let messages = 0
function historyBody(run: number, bytes: number): Buffer {
  const threads = Array.from({ length: people }, (_, index) => ({
    id: String(15_550_100_000 + index),
    messages: [] as object[],
  }))
  const wrap = () =>
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '102290000000001',
          changes: [
            {
              field: 'history',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: '15550001111', phone_number_id: account.phoneNumberId },
                history: [{ metadata: { phase: 0, chunk_order: 1, progress: 100 }, threads }],
              },
            },
          ],
        },
      ],
    })
  const one = (index: number) => ({
    from: threads[index % people]?.id,
    id: `wamid.history-${run}-${index}`,
    timestamp: String(1_780_000_000 + index),
    type: 'text',
    text: { body: `Message ${index} of the old days, as long as messages usually are` },
    history_context: { status: 'READ' },
  })
  const size = JSON.stringify(one(99_999)).length + 1
  const count = Math.floor((bytes - wrap().length) / size)
  for (let index = 0; index < count; index++) threads[index % people]?.messages.push(one(index))
  messages = count
  return Buffer.from(wrap())
}

async function deliver(body: Buffer): Promise<number> {
  const signature = `sha256=${createHmac('sha256', account.appSecret).update(body).digest('hex')}`
  const headers = { get: (name: string) => (name === 'x-hub-signature-256' ? signature : null) }
  const start = performance.now()
  const { status } = await bot.handle({ method: 'POST', url: '/meta', headers, body })
  if (status !== 200) throw new Error(`the history was answered ${status}`)
  return performance.now() - start
}

// A small one first: connections, plans, compiled code.
await deliver(historyBody(1, whole / 100))
const body = historyBody(2, whole)
globalThis.gc?.()
const idle = process.memoryUsage().rss
let peak = idle
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss)
}, 5)
const ms = await deliver(body)
clearInterval(watch)
process.send?.({ ms, messages, bytes: body.length, peak: peak - idle })
await bot.close()
