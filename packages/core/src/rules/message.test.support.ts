import type { Message } from '../vocabulary/index.js'

/** A customer's text, with what a test says about it. */
export function message(change: Partial<Message>): Message {
  return {
    id: '1',
    conversationId: 'c1',
    position: 1,
    direction: 'inbound',
    author: 'customer',
    type: 'text',
    text: 'hello',
    providerId: 'wamid.1',
    receivedAt: 1_000,
    ...change,
  }
}

export const conversation = {
  id: 'c1',
  channel: 'meta',
  account: '1',
  kind: 'direct',
  peer: { kind: 'phone', value: '+15550001234' },
  handoff: 'bot',
} as const
