import type { OutboxItem, SendRecord, SendRecordResult } from '../../../ports/index.js'
import { statusAfterReceipt, statusAfterSend } from '../../../rules/index.js'
import type { Message, MessageStatus, ReceiptStatus } from '../../../vocabulary/index.js'
import { equal, ok, present } from '../../assert.js'
import { reorder } from './reorder.js'

/** One outbound message as it must stand. */
interface Outgoing {
  /** Also its text, so that it is recognised in a list of messages. */
  readonly id: string
  readonly providerId: string
  conversationId: string
  readonly author: 'bot' | 'operator'
  /** Which replies belong together. */
  readonly turn: string
  status: MessageStatus
  attempt: number
  messageId?: string
  providerIdKnown: boolean
  readonly waiting: ReceiptStatus[]
}

/** What must be true of all outbound messages, kept beside the store and compared with it. */
export interface OutgoingModel {
  readonly all: readonly Outgoing[]
  add(message: Pick<Outgoing, 'id' | 'conversationId' | 'author' | 'turn'>): void
  /** Whether a new message of the conversation would have to wait for another one. */
  isBusy(conversationId: string): boolean
  /** The store gave this message away to be sent. */
  given(item: OutboxItem): void
  recorded(item: OutboxItem, outcome: SendRecord['outcome'], result: SendRecordResult): void
  received(message: Outgoing, status: ReceiptStatus, byOurId: boolean): void
  ranOut(messageId: string): void
  silenced(conversationId: string): void
  /** What is parked may go. */
  released(conversationId: string): void
  /** One conversation went into another one. */
  merged(conversationId: string, goneId: string): void
  /** The ids of messages in the order of their conversation. */
  ordered(ids: readonly string[]): void
  compare(messages: readonly Message[]): void
}

export function outgoingModel(botMaySpeakIn: (conversationId: string) => boolean): OutgoingModel {
  const all: Outgoing[] = []

  function find(id: string): Outgoing {
    return present(
      all.find(message => message.id === id),
      `an outbound message with the id ${id}`,
    )
  }

  function firstOpen(conversationId: string): Outgoing | undefined {
    return all.find(message => message.conversationId === conversationId && isOpen(message))
  }

  function move(message: Outgoing, status: MessageStatus): void {
    const failed = status === 'failed' && message.status !== 'failed'
    message.status = status
    if (!failed) return
    for (const later of all.slice(all.indexOf(message) + 1)) {
      if (later.turn === message.turn && isWaiting(later)) later.status = 'cancelled'
    }
  }

  function learnProviderId(message: Outgoing): void {
    message.providerIdKnown = true
    for (const status of message.waiting.splice(0)) move(message, statusAfterReceipt(message.status, status))
  }

  function given(item: OutboxItem): void {
    const message = find(item.message.id)
    equal(message.status, 'pending', `what ${message.id} was when it was given to be sent`)
    equal(firstOpen(message.conversationId)?.id, message.id, 'the first message that may be sent')
    ok(message.author === 'operator' || botMaySpeakIn(message.conversationId), 'the bot spoke over a person')
    equal(item.attempt, message.attempt + 1, `the attempt of ${message.id}`)
    message.attempt = item.attempt
    message.messageId = item.messageId
    message.status = 'sending'
  }

  return {
    all,
    add(message) {
      const fresh = { status: 'pending', attempt: 0, providerIdKnown: false } as const
      all.push({ ...message, ...fresh, providerId: `wamid-${message.id}`, waiting: [] })
    },
    isBusy: conversationId => firstOpen(conversationId) !== undefined,
    given,
    recorded(item, outcome, result) {
      const message = find(item.message.id)
      if (outcome.kind === 'sent' || item.attempt === message.attempt) {
        const after = statusAfterSend(message.status, outcome.kind)
        const waits = isWaiting({ status: after }) && after !== message.status
        const silent = message.author === 'bot' && !botMaySpeakIn(message.conversationId)
        move(message, waits && silent ? 'cancelled' : after)
      }
      if (outcome.kind === 'sent') learnProviderId(message)
      equal(result.status, message.status, `the status of ${message.id} after ${outcome.kind}`)
      if (result.next) given(result.next)
    },
    received(message, status, byOurId) {
      if (!byOurId && !message.providerIdKnown) {
        message.waiting.push(status)
        return
      }
      move(message, statusAfterReceipt(message.status, status))
      learnProviderId(message)
    },
    ranOut(messageId) {
      const message = present(
        all.find(candidate => candidate.messageId === messageId),
        `a message on its way with the id ${messageId}`,
      )
      equal(message.status, 'sending', `what ${message.id} was when its time ran out`)
      message.status = 'unknown'
    },
    silenced(conversationId) {
      for (const message of all) {
        const waits = message.conversationId === conversationId && isWaiting(message)
        if (waits && message.author === 'bot') message.status = 'cancelled'
      }
    },
    released(conversationId) {
      for (const message of all) {
        const parked = message.conversationId === conversationId && message.status === 'parked'
        if (parked) message.status = 'pending'
      }
    },
    merged(conversationId, goneId) {
      for (const message of all) {
        if (message.conversationId === goneId) message.conversationId = conversationId
      }
    },
    ordered: ids => reorder(all, ({ id }) => ids.indexOf(id)),
    compare(messages) {
      for (const { text, status } of messages) {
        const known = all.find(message => message.id === text)
        if (known) equal(status, known.status, `the status of ${known.id} in the list of messages`)
      }
    },
  }
}

function isWaiting({ status }: { readonly status: MessageStatus }): boolean {
  return status === 'pending' || status === 'parked'
}

function isOpen(message: Outgoing): boolean {
  return message.status === 'pending' || message.status === 'sending'
}
