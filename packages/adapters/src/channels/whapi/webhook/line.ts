import type { Chat, Content, EditEvent, InboundMessage, Person, RevokeEvent } from '@switchboard/core'
import { asFields, asId, asList, asNumber, type Draft, type Fields } from '../../../values.js'
import { readJid, readMentions } from '../../../webhook/jid.js'
import { keepRaw } from '../../../webhook/raw.js'
import { isAmong } from '../../../webhook/self.js'
import { readTime } from '../../../webhook/time.js'
import { readAction } from './action.js'
import { readContent } from './content.js'
import type { Report } from './report.js'

/** One line of a chat: whose it is and where it belongs is known, what it says is not read yet. */
export interface Line {
  readonly id: string
  readonly message: Fields
  /** What the event keeps. */
  readonly raw: unknown
  readonly author: 'customer' | 'operator'
  readonly chat: Chat
  readonly sender: Person | undefined
}

/** What all lines have, whatever they say. */
type Common = Draft<Omit<RevokeEvent, 'type' | 'targetId'>>

/** Adds the event of a line. An action that does not say which message it means is kept as a message of its kind. */
export function addLine(line: Line, report: Report): void {
  const { message } = line
  const common = commonFields(line, report)
  const action = message.type === 'action' ? readAction(message) : undefined
  if (!action) report.events.push(readMessage(common, message, report))
  else if (action.type === 'message') report.events.push(messageOf(common, action.content, action.targetId))
  else report.events.push({ ...common, ...action })
}

/** Adds an edit that no action reports. */
export function addEdit(line: Line, targetId: string, content: Content, report: Report): void {
  const event: EditEvent = { type: 'edit', ...commonFields(line, report), targetId, content }
  report.events.push(event)
}

/** Adds what a person chose, with the poll as its quote. */
export function addVote(line: Line, pollId: string, options: readonly string[], report: Report): void {
  report.events.push(messageOf(commonFields(line, report), { type: 'vote', options }, pollId))
}

function commonFields({ id, message, raw, author, chat, sender }: Line, report: Report): Common {
  const common: Common = { channel: report.channel, account: report.account, providerId: id, chat, author }
  if (sender) common.sender = sender
  const sentAt = readTime(message.timestamp, report.now)
  if (sentAt !== undefined) common.sentAt = sentAt
  if (report.history) common.history = true
  keepRaw(common, raw)
  return common
}

function readMessage(common: Common, message: Fields, report: Report): InboundMessage {
  const context = asFields(message.context)
  const event: Draft<InboundMessage> = messageOf(common, readContent(message), asId(context?.quoted_id))
  const author = readJid(context?.quoted_author)
  if (event.quotedId !== undefined && author?.kind === 'person' && isAmong(author.identity, report.self())) {
    event.quotesUs = true
  }
  const mentions = readMentions(asList(context?.mentions))
  if (mentions.length > 0) event.mentions = mentions
  if (context?.forwarded === true || (asNumber(context?.forwarding_score) ?? 0) > 0) event.forwarded = true
  return event
}

function messageOf(common: Common, content: Content, quotedId: string | undefined): InboundMessage {
  const event: InboundMessage = { type: 'message', ...common, content }
  return quotedId === undefined ? event : { ...event, quotedId }
}
