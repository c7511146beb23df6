import { SwitchboardError } from '../errors.js'
import type { Channel, Clock, ConversationTarget, GenerateId, OutboxItem, Store } from '../ports/index.js'
import { cleanText, toE164 } from '../rules/index.js'
import type { Emit } from '../runtime/events.js'
import type { Conversation, Handoff, Message, OutboundContent } from '../vocabulary/index.js'

/** A conversation by its id, or the person by phone on an account (default: the first channel's own). */
export type Target =
  | { readonly conversation: string }
  | { readonly phone: string; readonly channel?: string; readonly account?: string }

/** What an operator sends: words, or any other content. */
export type OperatorText = OperatorDetails &
  (
    | { readonly text: string; readonly content?: undefined }
    | { readonly content: OutboundContent; readonly text?: undefined }
  )

interface OperatorDetails {
  /** Provider id of a message to quote. */
  readonly quotedId?: string
  /** Names the message: the same id again sends nothing. */
  readonly id?: string
  /** Who wrote it. */
  readonly by?: string
}

/** What people do. */
export interface People {
  /** From now on the bot keeps silent in this conversation, replies in the making included. */
  takeOver(target: Target, options?: { readonly by?: string }): Promise<Conversation>
  /** The bot answers again; what came meanwhile is not answered but known. */
  handBack(target: Target, options?: { readonly by?: string }): Promise<Conversation>
  /** Marks that the customer waits for a person; the bot keeps silent. */
  requestHuman(target: Target, options?: { readonly by?: string }): Promise<Conversation>
  /** Sends what a person wrote, which is a takeover. Resolves when the provider has answered; look at `status`. */
  sendAsOperator(target: Target, message: OperatorText): Promise<Message>
  /**
   * Sends what is parked in this conversation, even if the window is closed as far as the bot knows. Gives the ids of those
   * messages; they go out in their order.
   *
   * @throws {SwitchboardError} `not_found`
   */
  release(target: Target): Promise<readonly string[]>
}

export interface PeopleDependencies {
  readonly store: Store
  readonly channels: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly handoffIdleMs: number | null
  readonly sendLeaseMs: number
  readonly generateId: GenerateId
  readonly emit: Emit
  send(item: OutboxItem, askedAt: number): Promise<void>
  /** Looks for messages to send. */
  pump(): Promise<void>
  wake(conversationId: string, delayMs: number): void
  ready(): Promise<void>
}

export function createPeople(dependencies: PeopleDependencies): People {
  const { store, channels, clock, handoffIdleMs, sendLeaseMs, generateId, emit, send, pump, wake, ready } =
    dependencies

  async function changeHandoff(target: Target, state: Handoff, by?: string): Promise<Conversation> {
    await ready()
    const request = { state, handoffIdleMs, ...(by !== undefined && { by }) }
    const result = await store.setHandoff(storeTarget(target, channels), request)
    if (!result) throw unknownConversation(target)
    if (result.change) emit('handoff.changed', result.change)
    // A replay may have waited for the handback; if not, this wake finds nothing to do.
    if (state === 'bot') wake(result.conversation.id, 0)
    return result.conversation
  }

  async function sendAsOperator(target: Target, message: OperatorText): Promise<Message> {
    const content = operatorContent(message)
    const quotedId = content.type === 'reaction' ? content.targetId : message.quotedId
    await ready()
    const askedAt = clock.now()
    const result = await store.addOperatorMessage(storeTarget(target, channels), {
      id: message.id ?? generateId(),
      content,
      handoffIdleMs,
      sendLeaseMs,
      ...(quotedId !== undefined && { quotedId }),
      ...(message.by !== undefined && { by: message.by }),
    })
    if (!result) throw unknownConversation(target)
    if (result.handoffChange) emit('handoff.changed', result.handoffChange)
    if (!result.send) return result.message
    await send(result.send, askedAt)
    const [stored] = await store.listMessages(result.conversation.id, {
      limit: 1,
      before: result.message.position + 1,
    })
    return stored ?? result.message
  }

  return {
    takeOver: (target, options) => changeHandoff(target, 'human', options?.by),
    handBack: (target, options) => changeHandoff(target, 'bot', options?.by),
    requestHuman: (target, options) => changeHandoff(target, 'requested', options?.by),
    sendAsOperator,
    async release(target) {
      await ready()
      const released = await store.releaseParked(storeTarget(target, channels))
      if (!released) throw unknownConversation(target)
      if (released.length > 0) await pump()
      return released
    },
  }
}

/** @throws {SwitchboardError} `invalid_input` when there is nothing to send */
function operatorContent({ text, content }: OperatorText): OutboundContent {
  if (content !== undefined && text !== undefined) {
    throw invalidInput('`text` and `content` are both given: give one of them')
  }
  // Not everybody who calls this has a compiler that checks it.
  const given: Partial<OutboundContent> = content ?? { type: 'text', text: text ?? '' }
  if (typeof given !== 'object' || typeof given.type !== 'string') {
    throw invalidInput('`content` must be an object with a `type`, such as `text`')
  }
  if (given.type !== 'text') return given as OutboundContent
  if (typeof given.text !== 'string' || given.text.trim() === '') {
    throw invalidInput('`text` is empty: write something')
  }
  return { ...given, type: 'text', text: cleanText(given.text) }
}

function invalidInput(message: string): SwitchboardError {
  return new SwitchboardError('invalid_input', message)
}

/** @throws {SwitchboardError} `invalid_input` for what is no phone number, `configuration` for an unknown channel */
export function storeTarget(target: Target, channels: ReadonlyMap<string, Channel>): ConversationTarget {
  if ('conversation' in target) return { conversationId: target.conversation }
  const name = target.channel ?? [...channels.keys()][0]
  const channel = name === undefined ? undefined : channels.get(name)
  if (!channel) {
    throw new SwitchboardError(
      'invalid_input',
      `no channel is named ${name}; there are: ${[...channels.keys()].join(', ')}`,
    )
  }
  const value = toE164(target.phone)
  if (value === undefined) {
    throw new SwitchboardError(
      'invalid_input',
      '`phone` must be an international number such as +15550001234',
    )
  }
  return {
    channel: channel.name,
    account: target.account ?? channel.defaultAccount,
    peer: { kind: 'phone', value },
  }
}

function unknownConversation(target: Target): SwitchboardError {
  const id = 'conversation' in target ? target.conversation : ''
  return new SwitchboardError('not_found', `there is no conversation ${id}`)
}
