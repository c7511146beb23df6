import type { Progress, SweepOptions, SweepResult } from '@switchboard/core'
import { handBackIfIdle } from './handoff.js'
import { moveLine } from './outbox.js'
import type { State } from './state.js'

export function sweep(state: State, { limit, horizonMs }: SweepOptions): SweepResult {
  const now = state.now()
  const unknown = state.inFlight.until(now, limit).map(({ item: line }) => {
    moveLine(state, line, 'unknown', now)
    line.error = 'no answer came in time'
    return { messageId: line.id, conversationId: line.conversation.id }
  })
  const handedBack = state.idle
    .until(now, limit)
    .map(({ item }) => handBackIfIdle(state, item, now))
    .filter(change => change !== undefined)
  const due = state.due
    .until(now + horizonMs, limit)
    .map(({ item, time }) => ({ conversationId: item.id, dueInMs: Math.max(0, time - now) }))
  const nextSend = state.sendable.first()
  return { due, handedBack, unknown, nextSendInMs: nextSend ? Math.max(0, nextSend.time - now) : null }
}

export function progress(state: State): Progress {
  const now = state.now()
  const due = state.due.first()?.time ?? Number.POSITIVE_INFINITY
  const unsent = Math.min(
    state.sendable.first()?.time ?? Number.POSITIVE_INFINITY,
    state.inFlight.first()?.time ?? Number.POSITIVE_INFINITY,
  )
  return {
    oldestDueMs: due <= now ? now - due : null,
    oldestUnsentMs: unsent <= now ? now - unsent : null,
  }
}
