import type { ClaimOptions, EditEvent, InboundMessage, IngestOptions, OutboxOptions } from '@switchboard/core'

export const ingestOptions: IngestOptions = {
  buffer: { quietMs: 0, maxWaitMs: 0, maxCount: 100 },
  handoffIdleMs: null,
  keepRaw: true,
}

export const claimOptions: ClaimOptions = { leaseMs: 60_000, history: 5, maxBurst: 50, maxAttempts: 100 }

export const outboxOptions: OutboxOptions = {
  limit: 100,
  sendLeaseMs: 60_000,
  unknownPolicy: 'park',
  reconcileMs: 60_000,
  maxAttempts: 5,
}

/** A text from the person with this phone number. */
export function textFrom(
  phone: string,
  providerId: string,
  text = providerId,
  more: Partial<InboundMessage> = {},
): InboundMessage {
  return {
    type: 'message',
    channel: 'meta',
    account: 'business',
    providerId,
    author: 'customer',
    chat: { kind: 'direct', person: { identities: [{ kind: 'phone', value: phone }] } },
    content: { type: 'text', text },
    ...more,
  }
}

/** The person with this phone number edits what they wrote. */
export function editOf(phone: string, targetId: string, providerId: string): EditEvent {
  return { ...textFrom(phone, providerId), type: 'edit', targetId }
}
