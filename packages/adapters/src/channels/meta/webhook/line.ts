import type { Chat, EditEvent, InboundMessage, Person, ReactionEvent, RevokeEvent } from '@switchboard/core'
import { asFields, asId, asWords, type Draft, type Fields } from '../../../values.js'
import { readDigits } from '../../../webhook/phone.js'
import { keepRaw } from '../../../webhook/raw.js'
import { readTime } from '../../../webhook/time.js'
import type { Change } from './change.js'
import { readContent } from './content.js'
import type { MetaRaw } from './raw.js'

/** One line of a chat: whose it is and where it belongs is known, what it says is not read yet. */
export interface Line {
  readonly id: string
  readonly message: Fields
  readonly contact: Fields | undefined
  readonly author: 'customer' | 'operator'
  readonly chat: Chat
  readonly sender: Person | undefined
  /** A file of the history that comes after its placeholder, under the same id. */
  readonly followsUp: boolean
}

/** What all lines have, whatever they say. */
type Common = Draft<Omit<RevokeEvent, 'type' | 'targetId'>>

/**
 * Adds the event of a line. A reaction, edit or revocation that does not say which message it means is kept as a
 * message of its kind.
 */
export function addLine(line: Line, change: Change): void {
  const { message } = line
  const common = commonFields(line, change)
  switch (message.type) {
    case 'reaction':
      change.events.push(
        readReaction(common, asFields(message.reaction)) ?? readMessage(common, message, change),
      )
      break
    case 'edit':
      change.events.push(readEdit(common, asFields(message.edit)) ?? readMessage(common, message, change))
      break
    case 'revoke':
      change.events.push(readRevoke(common, asFields(message.revoke)) ?? readMessage(common, message, change))
      break
    default: {
      const event = readMessage(common, message, change)
      change.events.push(event)
      if (line.followsUp) addFollowUp(event, change)
    }
  }
}

/**
 * Where the placeholder is stored already, the message itself is a duplicate and changes nothing: the edit brings the file to
 * it. Where the file came first, the message is stored, and the edit says the same once more. The edit's own id is made of
 * the message's, so that redelivery gives the same one.
 */
function addFollowUp(event: InboundMessage, change: Change): void {
  const { type: _, content, quotedId: __, quotesUs: ___, forwarded: ____, ...common } = event
  const providerId = asId(`${event.providerId}:media`)
  if (providerId === undefined) return
  change.events.push({ ...common, type: 'edit', providerId, targetId: event.providerId, content })
}

function commonFields({ id, message, contact, author, chat, sender }: Line, change: Change): Common {
  const common: Common = { channel: change.channel, account: change.account, providerId: id, chat, author }
  if (sender) common.sender = sender
  const sentAt = readTime(message.timestamp, change.now)
  if (sentAt !== undefined) common.sentAt = sentAt
  if (change.history) common.history = true
  const raw: Draft<MetaRaw> = { message }
  if (contact) raw.contact = contact
  if (change.errors !== undefined) raw.errors = change.errors
  keepRaw(common, raw)
  return common
}

function readMessage(common: Common, message: Fields, change: Change): InboundMessage {
  const content = readContent(message, change.errors)
  const event: Draft<InboundMessage> = { type: 'message', ...common, content }
  const context = asFields(message.context)
  if (context) {
    const quotedId = asId(context.id)
    if (quotedId !== undefined) event.quotedId = quotedId
    if (quotedId !== undefined && isOurs(context, change)) event.quotesUs = true
    if (context.forwarded === true || context.frequently_forwarded === true) event.forwarded = true
  }
  return event
}

/** `context.from` is who wrote the quoted message. */
function isOurs({ from }: Fields, { businessPhone }: Change): boolean {
  return businessPhone !== undefined && readDigits(from) === businessPhone
}

/** An empty or absent emoji takes the reaction back. */
function readReaction(common: Common, reaction: Fields | undefined): ReactionEvent | undefined {
  const targetId = asId(reaction?.message_id)
  if (targetId === undefined) return undefined
  const emoji = asWords(reaction?.emoji)
  const event = { type: 'reaction' as const, ...common, targetId }
  return emoji === undefined ? event : { ...event, emoji }
}

function readEdit(common: Common, edit: Fields | undefined): EditEvent | undefined {
  const targetId = asId(edit?.original_message_id)
  if (targetId === undefined) return undefined
  const content = readContent(asFields(edit?.message) ?? {}, undefined)
  return { type: 'edit', ...common, targetId, content }
}

function readRevoke(common: Common, revoke: Fields | undefined): RevokeEvent | undefined {
  const targetId = asId(revoke?.original_message_id)
  return targetId === undefined ? undefined : { type: 'revoke', ...common, targetId }
}
