import type { ChannelEvent } from '@switchboard/core'
import { asFields, asId, asList, asWords, type Fields } from '../../../values.js'
import { readDigits } from '../../../webhook/phone.js'
import type { Change } from './change.js'
import { readContacts } from './contacts.js'
import { addHistory } from './history.js'
import { addUserIdUpdate } from './identities.js'
import { addEcho, addMessage } from './message.js'
import { addNotice } from './notices.js'
import { addStatus } from './status.js'

/** What a webhook does not say itself. */
export interface Surroundings {
  readonly channel: string
  readonly defaultAccount: string
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * Everything that the entries of a webhook hold, in its order: each message, status, echo, history message and identity
 * change is an event, and whatever else or unreadable there is becomes a notice. Never throws.
 */
export function readEntries(entries: readonly unknown[], surroundings: Surroundings): ChannelEvent[] {
  const events: ChannelEvent[] = []
  for (const entry of entries) readEntry(entry, surroundings, events)
  return events
}

function readEntry(raw: unknown, surroundings: Surroundings, events: ChannelEvent[]): void {
  const entry = asFields(raw)
  const changes = asList(entry?.changes)
  if (entry && changes && changes.length > 0) {
    for (const change of changes) readChange(change, entry, surroundings, events)
  } else {
    addNotice({ channel: surroundings.channel, phoneNumberId: undefined, events }, 'entry', raw)
  }
}

function readChange(raw: unknown, entry: Fields, surroundings: Surroundings, events: ChannelEvent[]): void {
  const fields = asFields(raw)
  const value = asFields(fields?.value)
  const field = asWords(fields?.field) ?? 'change'
  const change = openChange(value ?? {}, field, surroundings, events)
  const before = events.length
  if (value && isConversation(field)) readValue(value, change)
  // Account-level news, unknown fields, and changes that hold nothing: none goes unseen.
  if (events.length === before) {
    addNotice(change, field, { entry: { id: entry.id, time: entry.time }, change: raw })
  }
}

function isConversation(field: string): boolean {
  switch (field) {
    case 'messages':
    case 'smb_message_echoes':
    case 'history':
    case 'user_id_update':
      return true
    default:
      return false
  }
}

function openChange(
  value: Fields,
  field: string,
  surroundings: Surroundings,
  events: ChannelEvent[],
): Change {
  const metadata = asFields(value.metadata)
  const phoneNumberId = asId(metadata?.phone_number_id)
  return {
    channel: surroundings.channel,
    account: phoneNumberId ?? surroundings.defaultAccount,
    phoneNumberId,
    businessPhone: readDigits(metadata?.display_phone_number),
    contacts: readContacts(value.contacts),
    errors: value.errors,
    history: field === 'history',
    now: surroundings.now,
    events,
  }
}

/** The parts of a value in their order, whichever there are: messages and statuses may come together. */
function readValue(value: Fields, change: Change): void {
  for (const key of Object.keys(value)) {
    switch (key) {
      case 'messaging_product':
      case 'metadata':
      case 'contacts':
        break
      case 'messages':
        readEach(value[key], key, addMessage, change)
        break
      case 'message_echoes':
        readEach(value[key], key, addEcho, change)
        break
      case 'statuses':
        readEach(value[key], key, addStatus, change)
        break
      case 'history':
        readEach(value[key], key, addHistory, change)
        break
      case 'user_id_update':
        readEach(value[key], key, addUserIdUpdate, change)
        break
      default:
        addNotice(change, key, value[key])
    }
  }
}

function readEach(
  value: unknown,
  key: string,
  read: (item: unknown, change: Change) => boolean,
  change: Change,
): void {
  const items = asList(value)
  if (!items) addNotice(change, key, value)
  for (const item of items ?? []) {
    if (!read(item, change)) addNotice(change, key, item)
  }
}
