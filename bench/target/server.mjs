// The bench target: an echo bot behind node:http, as the harness drives it. Build first (`npm run build`).
//
// Environment: PORT, GRAPH_URL, PHONE_NUMBER_ID, APP_SECRET, ACCESS_TOKEN, VERIFY_TOKEN, STATE (`memory`, `pg` with DATABASE_URL,
// `pglite`), STRATEGY and DEBOUNCE_MS (the quiet window of `debounce` and `burst`; other strategies answer at once),
// HANDLER_DELAY_MS, HANDLER_THROW_ON.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { metaChannel } from '@switchboard/adapters/meta'
import { createBot } from '@switchboard/core'
import { toNodeHandler } from '@switchboard/core/node'
import { createStore } from './store.mjs'

const { env } = process
const state = env.STATE ?? 'memory'
const handlerDelayMs = Number(env.HANDLER_DELAY_MS ?? 0)
const throwOn = env.HANDLER_THROW_ON ? new RegExp(env.HANDLER_THROW_ON) : undefined
const waits = env.STRATEGY === 'debounce' || env.STRATEGY === 'burst'
const quietMs = waits ? Number(env.DEBOUNCE_MS ?? 1_500) : 0
const stats = { handled: 0, actions: 0, errors: 0, lastMessage: undefined }

const meta = metaChannel({
  phoneNumberId: env.PHONE_NUMBER_ID,
  accessToken: env.ACCESS_TOKEN,
  appSecret: env.APP_SECRET,
  verifyToken: env.VERIFY_TOKEN,
  graphUrl: env.GRAPH_URL,
  // What is measured is the program, not the pace of a number.
  limits: {},
})

const bot = createBot({
  channels: [{ ...meta, send: (message, options) => meta.send(byDigits(message), options) }],
  store: await createStore(state, env.DATABASE_URL),
  respond: Object.assign(echo, { history: 0 }),
  buffer: { quietMs, maxWaitMs: 4 * quietMs },
  // The harness resets connections before it accepts a message, so here a resend cannot double one.
  sends: { unknownPolicy: 'resend', reconcileMs: 2_000 },
})
bot.on('error', () => {
  stats.errors++
})
bot.on('turn.failed', () => {
  stats.errors++
})

/**
 * The harness tells people apart by the bare digits of `wa_id`, which it finds in `to` or in `recipient`. Phones go out with
 * a plus in `to`; what goes into `recipient` is left as it is.
 */
function byDigits(message) {
  return { ...message, to: { kind: 'bsuid', value: message.to.value.replace('+', '') } }
}

let running = 0

async function echo(turn) {
  running++
  try {
    return await answer(turn)
  } finally {
    running--
  }
}

/** `pong a,b,c` with the words of every message of the burst, a button by its id. */
async function answer(turn) {
  if (handlerDelayMs > 0) await sleep(handlerDelayMs)
  const last = turn.burst.at(-1)
  if (throwOn?.test(last.text ?? '')) throw new Error('the handler failed on purpose')
  const words = turn.burst.map(message => message.content?.payload ?? message.text ?? '')
  if (last.type === 'button') stats.actions++
  else stats.handled++
  stats.lastMessage = {
    text: last.text ?? '',
    replyTo: last.quotedId ?? null,
    attachments: last.content?.media ? 1 : 0,
  }
  return `pong ${words.join(',')}`
}

const webhooks = toNodeHandler(bot, { channel: 'meta' })
const server = createServer((request, response) => {
  if (request.url !== '/stats') return webhooks(request, response)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(stats))
})
server.keepAliveTimeout = 60_000

await bot.ready()
bot.work()
server.listen(Number(env.PORT), '127.0.0.1', () => console.log('READY'))

/** Resolves when every message has its reply. */
async function allAnswered() {
  while (running > 0 || (await bot.health()).oldestDueMs !== null) await sleep(20)
}

process.on('SIGTERM', async () => {
  server.close()
  server.closeIdleConnections()
  // A database keeps for the next process what is not answered yet; what is only in memory is answered first.
  if (state === 'memory') await allAnswered()
  await bot.close()
  process.exit(0)
})
