import type {
  EditEvent,
  Identity,
  InboundMessage,
  Person,
  ReactionEvent,
  ReceiptStatus,
  RevokeEvent,
  StatusEvent,
} from '../../vocabulary/index.js'
import { uniqueId } from '../unique-id.js'

export { uniqueId }

export const channel = 'test-channel'
export const account = 'account-1'

export function phone(value: string): Identity {
  return { kind: 'phone', value }
}

export function bsuid(value: string): Identity {
  return { kind: 'bsuid', value }
}

export const ana: Person = { identities: [phone('+34600000001')], name: 'Ana' }
export const ben: Person = { identities: [phone('+34600000002')], name: 'Ben' }
export const eva: Person = { identities: [phone('+34600000003')], name: 'Eva' }

/** A customer's text in a direct chat. */
export function textOf(person: Person, text: string, changes: Partial<InboundMessage> = {}): InboundMessage {
  return {
    type: 'message',
    channel,
    account,
    providerId: uniqueId('provider'),
    chat: { kind: 'direct', person },
    author: 'customer',
    content: { type: 'text', text },
    ...changes,
  }
}

/** What an operator wrote to the person on the phone. */
export function echoTo(person: Person, text: string, changes: Partial<InboundMessage> = {}): InboundMessage {
  return textOf(person, text, { author: 'operator', ...changes })
}

/** A customer's event about another message, in a direct chat. */
function about(person: Person, targetId: string) {
  return {
    channel,
    account,
    providerId: uniqueId('provider'),
    chat: { kind: 'direct', person },
    author: 'customer',
    targetId,
  } as const
}

export function reactionOf(
  person: Person,
  targetId: string,
  changes: Partial<ReactionEvent> = {},
): ReactionEvent {
  return { ...about(person, targetId), type: 'reaction', emoji: '👍', ...changes }
}

export function editOf(
  person: Person,
  targetId: string,
  text: string,
  changes: Partial<EditEvent> = {},
): EditEvent {
  return { ...about(person, targetId), type: 'edit', content: { type: 'text', text }, ...changes }
}

export function revokeOf(person: Person, targetId: string, changes: Partial<RevokeEvent> = {}): RevokeEvent {
  return { ...about(person, targetId), type: 'revoke', ...changes }
}

export function receiptOf(
  providerId: string,
  status: ReceiptStatus,
  changes: Partial<StatusEvent> = {},
): StatusEvent {
  return { type: 'status', channel, account, providerId, status, ...changes }
}
