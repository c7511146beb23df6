import type { Status } from '../../account.js'
import type { Fate } from '../../api/call.js'
import { compact, type JsonObject } from '../../json.js'
import type { SentMessage } from '../../ledger.js'
import type { BusinessNumber } from '../../options.js'
import type { PersonRecord } from '../../people.js'
import { announceSent } from '../../receipts.js'
import type { Delivery } from '../../webhooks/redeliver.js'
import type { World } from '../../world.js'
import { metaChatKey } from '../chat-key.js'
import { factsOf } from '../error-table.js'
import type { Recipient } from '../recipient.js'
import { contactOf, messagesChange, wireTime } from './values.js'
import type { Change } from './wire.js'

const WINDOW_MS = 24 * 60 * 60 * 1000
const UNDELIVERABLE = 131026
const WINDOW_CLOSED = 131047

/** Sends the statuses of an accepted message as the settings say. Resolves when the send may be answered. */
export async function announce(
  world: World,
  number: BusinessNumber,
  sent: SentMessage,
  recipient: Recipient,
  fate: Fate,
): Promise<void> {
  if (!fate.statuses) return
  const { failure = windowClosed(world, sent, recipient) ? { code: WINDOW_CLOSED } : undefined } = fate
  const report = (status: Status) => emitStatus(world, number, [sent], status, failure?.code)
  await announceSent(world, { report, fails: failure !== undefined })
}

/** Posts one status webhook for one or more messages of one business number, and moves the ticks. */
export async function emitStatus(
  world: World,
  number: BusinessNumber,
  messages: readonly SentMessage[],
  status: Status,
  failure = UNDELIVERABLE,
): Promise<Delivery | undefined> {
  for (const message of messages) world.chats.tick(message.wamid, status)
  if (world.settings.webhook === undefined) return undefined
  return world.meta.publish(statusChange(world, number, messages, status, failure), 'statuses')
}

function statusChange(
  world: World,
  number: BusinessNumber,
  messages: readonly SentMessage[],
  status: Status,
  failure: number,
): Change {
  const people = new Set<PersonRecord>()
  const statuses = messages.flatMap(sent =>
    receivers(world, sent, status).map(person => {
      if (person) people.add(person)
      return statusOf(world, sent, person, status, failure)
    }),
  )
  // Failed statuses come without contacts; usernames only with delivered and read (Meta, BSUID page).
  const contacts = [...people].map(person => contactOf(person, status !== 'sent'))
  const members = status === 'failed' || contacts.length === 0 ? { statuses } : { contacts, statuses }
  return messagesChange(number, members)
}

// In a group everybody has a receipt of their own, but for `sent` and `failed`.
function receivers(world: World, sent: SentMessage, status: Status): readonly (PersonRecord | undefined)[] {
  if (sent.person !== undefined) return [world.people.find(sent.person)]
  if (status === 'sent' || status === 'failed') return [undefined]
  return world.chats
    .members(metaChatKey(world.settings, sent.phoneNumberId, sent.to))
    .map(key => world.people.find(key))
}

function statusOf(
  world: World,
  sent: SentMessage,
  person: PersonRecord | undefined,
  status: Status,
  failure: number,
): JsonObject {
  return compact({
    id: sent.wamid,
    status,
    timestamp: wireTime(world.now()),
    ...(sent.person === undefined ? groupReceiver(sent, person) : receiver(sent, person, status)),
    biz_opaque_callback_data: sent.opaque,
    pricing: status === 'sent' || status === 'delivered' ? pricingOf(sent) : undefined,
    errors: status === 'failed' ? [errorOf(failure)] : undefined,
  })
}

function receiver(sent: SentMessage, person: PersonRecord | undefined, status: Status): JsonObject {
  const byPhone = sent.body.to !== undefined
  const showsUserId = !byPhone || status !== 'failed'
  return compact({
    recipient_id: byPhone ? person?.phone : undefined,
    recipient_user_id: showsUserId ? person?.userId : undefined,
    recipient_parent_user_id: showsUserId ? person?.parentUserId : undefined,
  })
}

function groupReceiver(sent: SentMessage, person: PersonRecord | undefined): JsonObject {
  return compact({
    recipient_id: sent.to,
    recipient_type: 'group',
    recipient_participant_id: person?.phone,
    recipient_participant_user_id: person?.userId,
  })
}

function pricingOf(sent: SentMessage): JsonObject {
  const template = sent.type === 'template'
  const type = template ? 'regular' : 'free_customer_service'
  return { billable: template, pricing_model: 'PMP', type, category: template ? 'utility' : 'service' }
}

function errorOf(code: number): JsonObject {
  const { title, details } = factsOf(code)
  return { code, title, message: title, error_data: { details: details ?? title } }
}

function windowClosed(world: World, sent: SentMessage, recipient: Recipient): boolean {
  if (world.settings.customerWindow === 'ignore' || sent.type === 'template' || !recipient.person)
    return false
  const last = recipient.person.lastWroteAt
  return last === undefined || world.now() - last > WINDOW_MS
}
