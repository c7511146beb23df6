import type { OutboxItem, SendRecord, SendRecordResult, WindowRefusal } from '../../../ports/index.js'
import { statusAfterReceipt, statusAfterSend } from '../../../rules/index.js'
import type { Message, MessageStatus, ReceiptStatus } from '../../../vocabulary/index.js'
import { equal, ok, present } from '../../assert.js'
import { reorder } from './reorder.js'

/** One outbound message as it must stand. */
interface Outgoing {
  /** Also its text, so that it is recognised in a list of messages. */
  readonly id: string
  conversationId: string
  readonly author: 'bot' | 'operator'
  /** Which replies belong together. */
  readonly turn: string
  status: MessageStatus
  attempt: number
  messageId?: string
  providerIdKnown: boolean
  /** How often the window has refused it: each time the provider's id is another one. */
  refusals: number
  /** How often that had been when an attempt left. */
  readonly refusalsBefore: Map<number, number>
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
  /** The provider says of the latest attempt that the window was closed. */
  refused(message: Outgoing, refusals: readonly WindowRefusal[] | undefined): void
  /** The provider's id of the latest attempt. `undefined`: it has not left, or is refused already. */
  latestId(message: Outgoing): string | undefined
  /** The provider's id of an attempt. */
  providerIdOf(item: OutboxItem): string
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
    // A try that was overtaken before it began may count or not.
    ok(
      item.attempt > message.attempt,
      `the attempt of ${message.id}: ${item.attempt} after ${message.attempt}`,
    )
    message.attempt = item.attempt
    message.messageId = item.messageId
    message.refusalsBefore.set(item.attempt, message.refusals)
    message.status = 'sending'
  }

  return {
    all,
    add(message) {
      const fresh = { status: 'pending', attempt: 0, providerIdKnown: false, refusals: 0 } as const
      all.push({ ...message, ...fresh, refusalsBefore: new Map(), waiting: [] })
    },
    isBusy: conversationId => firstOpen(conversationId) !== undefined,
    given,
    recorded(item, outcome, result) {
      const message = find(item.message.id)
      const stale = outcome.kind === 'sent' && message.refusalsBefore.get(item.attempt) !== message.refusals
      if (!stale && (outcome.kind === 'sent' || item.attempt === message.attempt)) {
        const after = statusAfterSend(message.status, outcome.kind)
        const waits = isWaiting({ status: after }) && after !== message.status
        const silent = message.author === 'bot' && !botMaySpeakIn(message.conversationId)
        move(message, waits && silent ? 'cancelled' : after)
      }
      if (outcome.kind === 'sent' && !stale) learnProviderId(message)
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
    refused(message, refusals) {
      const forgets = { providerIdKnown: false, refusals: message.refusals + 1 }
      if (!mayBeRefused(message)) {
        equal(refusals, undefined, `what is refused of ${message.id}, which was ${message.status}`)
        if (message.status === 'cancelled') Object.assign(message, forgets).waiting.length = 0
        else learnProviderId(message)
        return
      }
      const [own, ...later] = present(refusals, `the refusals of ${message.id}`)
      const silent = message.author === 'bot' && !botMaySpeakIn(message.conversationId)
      const left = message.status !== 'pending' && message.status !== 'parked'
      const status = silent ? 'cancelled' : own?.status === 'pending' && left ? 'pending' : 'parked'
      equal([own?.messageId, own?.status], [message.messageId, status], `what became of ${message.id}`)
      const behind = all.slice(all.indexOf(message) + 1)
      const waiting = behind.filter(one => one.turn === message.turn && one.status === 'pending')
      equal(later.length, status === 'parked' ? waiting.length : 0, `what waits with ${message.id}`)
      if (status === 'parked') for (const one of waiting) one.status = status
      Object.assign(message, { ...forgets, status }).waiting.length = 0
    },
    latestId(message) {
      const before = message.refusalsBefore.get(message.attempt)
      return before === message.refusals ? nameOf(message.id, before) : undefined
    },
    providerIdOf: item =>
      nameOf(item.message.id, find(item.message.id).refusalsBefore.get(item.attempt) ?? 0),
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

function nameOf(id: string, refusals: number): string {
  return refusals === 0 ? `wamid-${id}` : `wamid-${id}-${refusals}`
}

function mayBeRefused({ status }: Pick<Outgoing, 'status'>): boolean {
  return status === 'sent' || status === 'unknown' || status === 'parked' || isOpen({ status })
}

function isWaiting({ status }: { readonly status: MessageStatus }): boolean {
  return status === 'pending' || status === 'parked'
}

function isOpen({ status }: Pick<Outgoing, 'status'>): boolean {
  return status === 'pending' || status === 'sending'
}
