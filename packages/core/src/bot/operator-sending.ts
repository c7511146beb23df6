import type {
  Channel,
  Clock,
  ConversationTarget,
  GenerateId,
  OperatorMessageResult,
  OutboxItem,
  Store,
} from '../ports/index.js'
import type { Emit } from '../runtime/events.js'
import type { Message, OutboundContent } from '../vocabulary/index.js'
import { type OperatorSend, type OperatorText, operatorContent, operatorPieces } from './operator-text.js'
import { storeTarget, type Target, unknownConversation } from './target.js'

export interface OperatorSendingDependencies {
  readonly store: Store
  readonly channels: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly handoffIdleMs: number | null
  readonly sendLeaseMs: number
  readonly generateId: GenerateId
  readonly emit: Emit
  send(item: OutboxItem, askedAt: number): Promise<void>
  ready(): Promise<void>
}

/** Stores what an operator says, all pieces of it at once, and sends it. */
export function operatorSending(
  dependencies: OperatorSendingDependencies,
): (target: Target, message: OperatorText) => Promise<OperatorSend> {
  const { store, channels, clock, handoffIdleMs, sendLeaseMs, generateId, emit, send, ready } = dependencies

  async function sendAsOperator(target: Target, message: OperatorText): Promise<OperatorSend> {
    const content = operatorContent(message)
    await ready()
    const wanted = storeTarget(target, channels)
    const maxTextLength = await longestText(wanted, content)
    const [first, ...further] = operatorPieces(message.id ?? generateId(), content, maxTextLength)
    const askedAt = clock.now()
    const result = await store.addOperatorMessage(wanted, {
      ...first,
      ...(further.length > 0 && { further }),
      handoffIdleMs,
      sendLeaseMs,
      ...(message.quotedId !== undefined && { quotedId: message.quotedId }),
      ...(message.by !== undefined && { by: message.by }),
    })
    if (!result) throw unknownConversation(target)
    if (result.handoffChange) emit('handoff.changed', result.handoffChange)
    if (!result.send) return toOperatorSend(result)
    await send(result.send, askedAt)
    return toOperatorSend(await asStoredNow(result))
  }

  /** What the channel takes. A conversation is looked up only for a text that is too long for some channel. */
  async function longestText(
    target: ConversationTarget,
    content: OutboundContent,
  ): Promise<number | undefined> {
    const limits = [...channels.values()].map(({ maxTextLength = Number.POSITIVE_INFINITY }) => maxTextLength)
    if (content.type !== 'text' || content.text.length <= Math.min(...limits)) return undefined
    const { channel } = 'channel' in target ? target : ((await store.findConversation(target)) ?? {})
    return channel === undefined ? undefined : channels.get(channel)?.maxTextLength
  }

  async function asStoredNow(result: OperatorMessageResult): Promise<OperatorMessageResult> {
    const { conversation, message, further = [] } = result
    const last = further.at(-1) ?? message
    const page = { limit: 1 + further.length, before: last.position + 1 }
    const stored = new Map((await store.listMessages(conversation.id, page)).map(one => [one.id, one]))
    const now = (one: Message) => stored.get(one.id) ?? one
    return { ...result, message: now(message), ...(result.further && { further: further.map(now) }) }
  }

  return sendAsOperator
}

function toOperatorSend({ message, further }: OperatorMessageResult): OperatorSend {
  return further ? { ...message, pieces: [message, ...further] } : message
}
