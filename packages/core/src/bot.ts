import { fetchHandler } from './bot/fetch.js'
import { type BotOptions, resolveOptions } from './bot/options.js'
import { createPeople, type OperatorText, type Target } from './bot/people.js'
import { createReading, type Reading } from './bot/reading.js'
import { createWebhookHandler } from './bot/webhook.js'
import { startWorker, type Worker } from './bot/worker.js'
import { SwitchboardError } from './errors.js'
import type { Middleware, WebhookRequest, WebhookResponse } from './ports/index.js'
import { type BotEmitter, createEmitter } from './runtime/events.js'
import { createInbox } from './stages/inbox.js'
import { createLeases } from './stages/leases.js'
import { createOutbox } from './stages/outbox.js'
import { createTurnStage } from './stages/turn.js'
import type { Conversation, Message } from './vocabulary/index.js'

/** One bot: its webhooks, its workers, its people. */
export interface Bot extends Reading {
  /** Web-standard handler for the webhooks of all channels; the last path segment names the channel. */
  fetch(request: Request): Promise<Response>
  /** The same for a request that is at hand already. `channel` overrides the path. */
  handle(request: WebhookRequest, channel?: string): Promise<WebhookResponse>
  /** The longest body that `handle` takes, for those who read it. */
  readonly maxBodyBytes: number
  /** Adds middleware around the responder, outermost first. Call before `work`. */
  use(middleware: Middleware): Bot
  readonly on: BotEmitter['on']
  readonly once: BotEmitter['once']
  readonly off: BotEmitter['off']
  /** Connects the store. Everything else waits for it; call it to learn early that the store is not there. */
  ready(): Promise<void>
  /** Starts answering in this process. */
  work(): Worker
  /** From now on the bot keeps silent in this conversation, replies in the making included. */
  takeOver(target: Target, options?: { readonly by?: string }): Promise<Conversation>
  /** The bot answers again; what came meanwhile is not answered but known. */
  handBack(target: Target, options?: { readonly by?: string }): Promise<Conversation>
  /** Marks that the customer waits for a person; the bot keeps silent. */
  requestHuman(target: Target, options?: { readonly by?: string }): Promise<Conversation>
  /** Sends what a person wrote, which is a takeover. Resolves when the provider has answered; look at `status`. */
  sendAsOperator(target: Target, message: OperatorText): Promise<Message>
  /** Runs a parked turn again. @throws {SwitchboardError} `not_found` */
  replay(turnId: string): Promise<void>
  /** Refuses new webhooks, commits what waits, stops the workers, closes the store. */
  close(graceMs?: number): Promise<void>
}

/**
 * Puts a bot together. Nothing connects before the first webhook, `work` or `ready`.
 *
 * @throws {SwitchboardError} `configuration` when the options cannot work
 */
export function createBot(options: BotOptions): Bot {
  const resolved = resolveOptions(options)
  const { store, queue, channels, clock, logger, generateId, random } = resolved
  const { emitter, emit } = createEmitter(logger)
  const middleware: Middleware[] = []
  const workers = new Set<Worker>()
  let connecting: Promise<void> | undefined
  let stopped = false

  const ready = () => {
    connecting ??= store.init().catch((error: unknown) => {
      connecting = undefined
      throw error
    })
    return connecting
  }
  const wake = (conversationId: string, delayMs: number) => {
    // A lost wake costs time, never a message: the sweep finds the conversation.
    queue.schedule([{ conversationId, delayMs }]).catch((error: unknown) => emit('error', error, 'the queue'))
  }

  const inbox = createInbox({ store, ingest: resolved.ingest, emit, wake, maxWaiting: resolved.maxWaiting })
  const outbox = createOutbox({ store, channels, clock, random, emit, options: resolved.outbox })
  const leases = createLeases(store, clock, resolved.turn.leaseMs, emit)
  const turns = createTurnStage({
    store,
    channels,
    clock,
    generateId,
    random,
    emit,
    leases,
    respond: resolved.respond,
    middleware,
    send: outbox.send,
    wake,
    options: resolved.turn,
  })
  const people = createPeople({
    store,
    channels,
    handoffIdleMs: resolved.ingest.handoffIdleMs,
    sendLeaseMs: resolved.outbox.sendLeaseMs,
    generateId,
    emit,
    leases,
    send: outbox.send,
    wake,
  })
  const handle = createWebhookHandler({
    channels,
    inbox,
    maxBodyBytes: resolved.maxBodyBytes,
    logger,
    ready,
    stopped: () => stopped,
  })

  // An echo that this process received is a takeover too: the reply in the making need not be finished.
  emitter.on('handoff.changed', ({ conversation, state }) => {
    if (state !== 'bot') leases.revoke(conversation.id, new Error('a person took over'))
  })

  const bot: Bot = {
    ...createReading({ store, channels, ready, clock, workers, sweepMs: resolved.sweepMs }),
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
      const worker = startWorker({
        queue,
        turns,
        outbox,
        leases,
        clock,
        ready,
        sweeper: {
          store,
          clock,
          emit,
          everyMs: resolved.sweepMs,
          options: { limit: 1_000, horizonMs: 2 * resolved.sweepMs },
          wake,
          pump: outbox.pump,
          pumpAfter: outbox.pumpAfter,
        },
      })
      workers.add(worker)
      return worker
    },
    async takeOver(target, { by } = {}) {
      await ready()
      return people.takeOver(target, by)
    },
    async handBack(target, { by } = {}) {
      await ready()
      return people.handBack(target, by)
    },
    async requestHuman(target, { by } = {}) {
      await ready()
      return people.requestHuman(target, by)
    },
    async sendAsOperator(target, message) {
      await ready()
      return people.sendAsOperator(target, message)
    },
    async replay(turnId) {
      await ready()
      const result = await store.replayTurn(turnId)
      if (!result) throw new SwitchboardError('not_found', `there is no parked turn ${turnId}`)
      wake(result.conversationId, 0)
    },
    async close(graceMs) {
      stopped = true
      await inbox.idle()
      await Promise.all([...workers].map(worker => worker.stop(graceMs)))
      outbox.stop()
      await outbox.idle()
      if (connecting) await connecting.then(() => store.close()).catch(() => undefined)
    },
  }
  return bot
}
