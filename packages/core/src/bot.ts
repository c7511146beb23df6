import { fetchHandler } from './bot/fetch.js'
import { type BotOptions, resolveOptions } from './bot/options.js'
import { createPeople, type People } from './bot/people.js'
import { createPipeline } from './bot/pipeline.js'
import { createReading, type Reading } from './bot/reading.js'
import { createWebhookHandler } from './bot/webhook.js'
import { createWorkers, type Worker } from './bot/worker.js'
import { SwitchboardError } from './errors.js'
import type { Middleware, Store, WebhookRequest, WebhookResponse } from './ports/index.js'
import type { BotEmitter } from './runtime/events.js'

/** One bot: its webhooks, its workers, its people. */
export interface Bot extends People, Reading {
  /** Web-standard handler for the webhooks of all channels; the last path segment names the channel. */
  fetch(request: Request): Promise<Response>
  /** The same for a request that is at hand already. `channel` overrides the path. */
  handle(request: WebhookRequest, channel?: string): Promise<WebhookResponse>
  /** The longest body that `handle` takes, for those who read it. */
  readonly maxBodyBytes: number
  /** Adds middleware around the responder, outermost first. */
  use(middleware: Middleware): Bot
  /**
   * Listens: `bot.on('message.failed', report => …)`. {@link BotEvents} has all events. A listener that
   * throws is logged and harms nothing.
   */
  readonly on: BotEmitter['on']
  /** Listens to the next one only. */
  readonly once: BotEmitter['once']
  /** Stops listening. */
  readonly off: BotEmitter['off']
  /** Connects the store. Everything else waits for it; call it to learn early that the store is not there. */
  ready(): Promise<void>
  /** Starts answering in this process, as soon as the store is there. Gives the worker that runs already, if one does. */
  work(): Worker
  /** Runs a parked turn again. @throws {SwitchboardError} `not_found` */
  replay(turnId: string): Promise<void>
  /**
   * Refuses new webhooks (503), commits what waits, stops the workers, closes the store. Running turns have `graceMs`
   * milliseconds before they are interrupted, which loses nothing. Default 10 000.
   */
  close(graceMs?: number): Promise<void>
}

/**
 * Puts a bot together. Nothing connects before the first webhook, `work` or `ready`.
 *
 * @example
 * ```ts
 * const bot = createBot({ channels: [metaChannel({ … })], store: pgliteStore({ dataDir: 'data' }), respond: () => 'Hello!' })
 * const worker = bot.work()
 * ```
 * @throws {SwitchboardError} `configuration` when the options cannot work
 */
export function createBot(options: BotOptions): Bot {
  const resolved = resolveOptions(options)
  const { store, channels, clock, sweepMs } = resolved
  const middleware: Middleware[] = []
  const pipeline = createPipeline(resolved, middleware)
  const { emitter, inbox, lookUps, outbox } = pipeline
  const ready = once(() => store.init())
  const workers = createWorkers({ ...resolved, ...pipeline, ready })
  let stopped = false

  const handle = createWebhookHandler({ ...resolved, inbox, ready, stopped: () => stopped })
  const { handoffIdleMs } = resolved.ingest
  const { sendLeaseMs } = resolved.outbox

  const bot: Bot = {
    ...createPeople({
      ...resolved,
      ...pipeline,
      ready,
      handoffIdleMs,
      sendLeaseMs,
      send: outbox.send,
      pump: outbox.pump,
    }),
    ...createReading({ store, channels, clock, workers, sweepMs, ready }),
    handle,
    fetch: fetchHandler(handle, resolved.maxBodyBytes),
    maxBodyBytes: resolved.maxBodyBytes,
    use(layer) {
      middleware.push(layer)
      return bot
    },
    on: emitter.on.bind(emitter),
    once: emitter.once.bind(emitter),
    off: emitter.off.bind(emitter),
    ready,
    work() {
      if (stopped) throw new SwitchboardError('stopped', 'the bot is closed: create a new one')
      return workers.start()
    },
    async replay(turnId) {
      await ready()
      const result = await store.replayTurn(turnId)
      if (!result) throw new SwitchboardError('not_found', `there is no parked turn ${turnId}`)
      pipeline.wake(result.conversationId, 0)
    },
    async close(graceMs) {
      stopped = true
      await lookUps.stop()
      await inbox.idle()
      await workers.stop(graceMs)
      outbox.stop()
      await outbox.idle()
      await closeStore(store, ready)
    },
  }
  return bot
}

/** Runs `connect` once for all callers; after a failure the next caller tries again. */
function once(connect: () => Promise<void>): (() => Promise<void>) & { readonly started: () => boolean } {
  let connecting: Promise<void> | undefined
  const run = () => {
    connecting ??= connect().catch((error: unknown) => {
      connecting = undefined
      throw error
    })
    return connecting
  }
  return Object.assign(run, { started: () => connecting !== undefined })
}

async function closeStore(store: Store, ready: ReturnType<typeof once>): Promise<void> {
  if (!ready.started()) return
  await ready().then(
    () => store.close(),
    // It never opened: there is nothing to close, and who wanted it open has been told.
    () => undefined,
  )
}
