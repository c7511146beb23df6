import {
  type ConversationTarget,
  cleanText,
  type OperatorMessage,
  type OperatorMessageResult,
  type ReleaseOptions,
  type Store,
} from '@switchboard/core'
import { checkId } from '../memory/checks.js'
import type { Call } from './call.js'
import { contentColumns } from './payload.js'
import {
  type ConversationRow,
  type HandoffChangeRow,
  type MessageRow,
  type OutboxRow,
  toConversation,
  toHandoffChange,
  toMessage,
  toOutboxItem,
} from './rows.js'

/** A target as the database takes it. */
export function toTarget(target: ConversationTarget): Readonly<Record<string, unknown>> {
  if ('conversationId' in target) return { conversation_id: target.conversationId }
  const { channel, account, peer } = target
  checkId(channel, 'channel')
  checkId(account, 'account')
  checkId(peer.value, 'identity')
  return { channel, account, kind: peer.kind, value: peer.value }
}

interface HandoffRow {
  readonly conversation: ConversationRow
  readonly change: HandoffChangeRow | null
}

export async function setHandoff(
  call: Call,
  target: ConversationTarget,
  { state, by, handoffIdleMs }: Parameters<Store['setHandoff']>[1],
): ReturnType<Store['setHandoff']> {
  const request = { state, by, idle_ms: handoffIdleMs }
  const row = await call<HandoffRow | null>('set_handoff', toTarget(target), request)
  if (!row) return undefined
  const conversation = toConversation(row.conversation)
  return row.change ? { conversation, change: toHandoffChange(row.change) } : { conversation }
}

/** The ids of what is parked no more. */
export async function releaseParked(
  call: Call,
  target: ConversationTarget,
  { asTemplate }: ReleaseOptions = {},
): Promise<readonly string[] | undefined> {
  const options = asTemplate === undefined ? {} : { as_template: cleanText(asTemplate) }
  return (
    (await call<readonly string[] | null>('release_conversation', toTarget(target), options)) ?? undefined
  )
}

interface OperatorMessageRow {
  readonly conversation: ConversationRow
  readonly message: MessageRow
  readonly further?: readonly MessageRow[] | null
  readonly send?: OutboxRow | null
  readonly handoffChange?: HandoffChangeRow | null
}

export async function addOperatorMessage(
  call: Call,
  target: ConversationTarget,
  message: OperatorMessage,
): Promise<OperatorMessageResult | undefined> {
  const { further = [] } = message
  for (const { id } of [message, ...further]) checkId(id, 'outbound id')
  const row = await call<OperatorMessageRow | null>('add_operator_message', toTarget(target), {
    id: message.id,
    ...contentColumns(message.content),
    quoted_id: message.quotedId,
    by: message.by,
    idle_ms: message.handoffIdleMs,
    send_lease_ms: message.sendLeaseMs,
    ...(further.length > 0 && {
      further: further.map(({ id, content }) => ({ id, ...contentColumns(content) })),
    }),
  })
  if (!row) return undefined
  const { conversation, send, handoffChange } = row
  return {
    conversation: toConversation(conversation),
    message: toMessage(row.message),
    ...(row.further && { further: row.further.map(toMessage) }),
    ...(send && { send: toOutboxItem(send) }),
    ...(handoffChange && { handoffChange: toHandoffChange(handoffChange) }),
  }
}
