import type { HandoffChange, Middleware } from '../ports/index.js'
import { type BotEvents, createEmitter, type Emit } from '../runtime/events.js'
import { createLeases } from '../runtime/leases.js'
import { createInbox } from '../stages/inbox.js'
import { createLookUps } from '../stages/look-ups.js'
import { createOutbox } from '../stages/outbox/outbox.js'
import { createTurnStage } from '../stages/turn/turn.js'
import type { UserMerge } from '../vocabulary/index.js'
import type { ResolvedOptions } from './options.js'

/** The stages of one bot, connected: what the inbox commits wakes turns, what turns commit goes to the outbox. */
export function createPipeline(options: ResolvedOptions, middleware: readonly Middleware[]) {
  const { store, queue, channels, clock, random, logger } = options
  const { emitter, emit: tell } = createEmitter(logger)

  const emit: Emit = (name, ...args) => {
    if (name === 'handoff.changed') interrupt(...(args as BotEvents['handoff.changed']))
    if (name === 'user.merged') stopTurns(...(args as BotEvents['user.merged']))
    tell(name, ...args)
  }

  /** Whoever took over, in this process or by an echo it received: the reply in the making need not be finished. */
  function interrupt({ conversation, state }: HandoffChange): void {
    if (state !== 'bot') leases.revoke(conversation.id, new Error('a person took over'))
  }

  /** The merge has fenced these turns off: what they think about is not the whole conversation any more. */
  function stopTurns({ conversations }: UserMerge): void {
    const reason = new Error('the conversation was merged with another one of the same person')
    for (const { conversationId, mergedConversationId } of conversations) {
      leases.revoke(conversationId, reason)
      leases.revoke(mergedConversationId, reason)
    }
  }

  function wake(conversationId: string, delayMs: number): void {
    // A lost wake costs time, never a message: the sweep finds the conversation.
    queue.schedule([{ conversationId, delayMs }]).catch((error: unknown) => emit('error', error, 'the queue'))
  }

  const leases = createLeases(store, clock, options.turn.leaseMs, emit)
  const lookUps = createLookUps({
    channels,
    clock,
    random,
    emit,
    accept: event => inbox.accept([event]),
    options: options.lookUp,
  })
  const inbox = createInbox({
    ...options,
    emit,
    wake,
    heard: lookUps.consider,
    released: () => outbox.hint(),
    refused: (conversationId, refusals) => outbox.refused(conversationId, refusals),
  })
  const outbox = createOutbox({
    ...options.outbox,
    store,
    channels,
    clock,
    random,
    emit,
    options: options.outbox,
  })
  const turns = createTurnStage({
    ...options.turn,
    store,
    channels,
    clock,
    random,
    emit,
    leases,
    wake,
    middleware,
    generateId: options.generateId,
    respond: options.respond,
    send: outbox.send,
    options: options.turn,
  })

  return { emitter, emit, wake, leases, inbox, lookUps, outbox, turns }
}
