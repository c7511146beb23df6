import {
  type ConversationTarget,
  type OperatorMessage,
  type OperatorMessageResult,
  type OperatorPiece,
  StoreError,
} from '@switchboard/core'
import { checkId } from './checks.js'
import { clean } from './clean.js'
import { compose } from './compose.js'
import { toConversation } from './conversations.js'
import { moveHandoff } from './handoff.js'
import { toMessage } from './lines.js'
import { openTarget } from './opening.js'
import { startNext } from './outbox.js'
import type { Line, State } from './state.js'

export function addOperatorMessage(
  state: State,
  target: ConversationTarget,
  request: OperatorMessage,
): OperatorMessageResult | undefined {
  const { id, content, further = [], quotedId, by, handoffIdleMs, sendLeaseMs } = clean(request)
  for (const piece of [{ id }, ...further]) checkId(piece.id, 'outbound id')
  const known = state.outboundLines.get(id)
  if (known) {
    const conversation = toConversation(known.conversation)
    return { conversation, message: toMessage(known), ...toFurther(furtherLines(known)) }
  }
  checkFree(state, [id, ...further.map(piece => piece.id)])

  const conversation = openTarget(state, target)
  if (!conversation) return undefined
  const now = state.now()
  const cause = { reason: 'operator', by, handoffIdleMs } as const
  const handoffChange = moveHandoff(state, conversation, 'operator-spoke', cause, now)
  const free = conversation.outbox.length === 0
  const turnId = further.length > 0 ? state.nextId('operator-') : undefined
  const say = (piece: OperatorPiece, quoted?: string) =>
    compose(
      state,
      conversation,
      { outboundId: piece.id, author: 'operator', content: piece.content, quotedId: quoted, turnId },
      now,
    )
  const line = say({ id, content }, quotedId)
  for (const piece of further) say(piece)
  const send = free ? startNext(state, conversation, now, sendLeaseMs) : undefined
  return {
    conversation: toConversation(conversation),
    message: toMessage(line),
    ...toFurther(furtherLines(line)),
    ...(send && { send }),
    ...(handoffChange && { handoffChange }),
  }
}

/** @throws {StoreError} `store_data` before anything has changed */
function checkFree(state: State, ids: readonly string[]): void {
  if (new Set(ids).size === ids.length && !ids.some(id => state.outboundLines.has(id))) return
  throw new StoreError('store_data', 'An outbound id is taken: generate a new one for every message.')
}

/** What follows in the same text. */
function furtherLines({ conversation, position, author, send }: Line): readonly Line[] {
  const turnId = author === 'operator' ? send?.turnId : undefined
  if (turnId === undefined) return []
  return conversation.lines.filter(line => line.position > position && line.send?.turnId === turnId)
}

function toFurther(lines: readonly Line[]): Pick<OperatorMessageResult, 'further'> {
  return lines.length > 0 ? { further: lines.map(toMessage) } : {}
}
