import type { ConversationTarget, OperatorMessage, OperatorMessageResult } from '@switchboard/core'
import { checkId } from './checks.js'
import { clean } from './clean.js'
import { compose } from './compose.js'
import { toConversation } from './conversations.js'
import { moveHandoff } from './handoff.js'
import { toMessage } from './lines.js'
import { openTarget } from './opening.js'
import { startNext } from './outbox.js'
import type { State } from './state.js'

export function addOperatorMessage(
  state: State,
  target: ConversationTarget,
  request: OperatorMessage,
): OperatorMessageResult | undefined {
  const { id, content, quotedId, by, handoffIdleMs, sendLeaseMs } = clean(request)
  checkId(id, 'outbound id')
  const known = state.outboundLines.get(id)
  if (known) return { conversation: toConversation(known.conversation), message: toMessage(known) }

  const conversation = openTarget(state, target)
  if (!conversation) return undefined
  const now = state.now()
  const cause = { reason: 'operator', by, handoffIdleMs } as const
  const handoffChange = moveHandoff(state, conversation, 'operator-spoke', cause, now)
  const free = conversation.outbox.length === 0
  const line = compose(
    state,
    conversation,
    { outboundId: id, author: 'operator', content, quotedId, turnId: undefined },
    now,
  )
  const send = free ? startNext(state, conversation, now, sendLeaseMs) : undefined
  return {
    conversation: toConversation(conversation),
    message: toMessage(line),
    ...(send && { send }),
    ...(handoffChange && { handoffChange }),
  }
}
