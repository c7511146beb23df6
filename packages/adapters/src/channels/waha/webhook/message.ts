import type { EditEvent, InboundMessage, ReactionEvent, StatusEvent } from '@switchboard/core'
import { asFields, asList, asText, asWords, type Draft, type Fields } from '../../../values.js'
import { readJid, readMentions } from '../../../webhook/jid.js'
import { isAmong } from '../../../webhook/self.js'
import { readTime } from '../../../webhook/time.js'
import { isClientId, type MessageKey, readKey } from '../ids.js'
import { readContent } from './content.js'
import { isChangeOfAnother, isForwarded, isUndecrypted, mentionedIn } from './engine-data.js'
import { type Line, readLine } from './line.js'
import { addNotice, type Report } from './report.js'

/**
 * `message`, `message.any` and what was asked for as history.
 *
 * @returns whether it became an event, here and below
 */
export function addMessage(payload: Fields, report: Report): boolean {
  if (isUndecrypted(payload) || isChangeOfAnother(payload)) return false
  const line = readLine(payload, report)
  if (!line) return false
  if (isOurSend(line, payload, report)) return true
  const event: Draft<InboundMessage> = { type: 'message', ...line.common, content: readContent(payload) }
  const quoted = readKey(asFields(payload.replyTo)?.id)
  if (quoted) event.quotedId = quoted.stanza
  if (quoted && isOurs(quoted, asFields(payload.replyTo), report)) event.quotesUs = true
  const mentions = readMentions(mentionedIn(payload))
  if (mentions.length > 0) event.mentions = mentions
  if (isForwarded(payload)) event.forwarded = true
  report.events.push(event)
  return true
}

/** By the id in full, by one that we gave it, or by who wrote it: engines say one of these at most. */
function isOurs(quoted: MessageKey, replyTo: Fields | undefined, { me, memory, account }: Report): boolean {
  if (quoted.fromMe === true || isClientId(quoted.stanza)) return true
  if (memory.known(account, quoted.stanza)?.outboundId !== undefined) return true
  const author = readJid(replyTo?.participant ?? quoted.participant)
  return author?.kind === 'person' && isAmong(author.identity, me)
}

/** `message.reaction`. An empty text takes the reaction back. */
export function addReaction(payload: Fields, report: Report): boolean {
  const reaction = asFields(payload.reaction)
  const target = readKey(reaction?.messageId)
  const line = readLine(payload, report)
  if (!line || !target) return false
  if (isOurSend(line, payload, report)) return true
  const event: Draft<ReactionEvent> = {
    type: 'reaction',
    ...ownId(line, target, 'reaction', report),
    targetId: target.stanza,
  }
  const emoji = asWords(reaction?.text)
  if (emoji !== undefined) event.emoji = emoji
  report.events.push(event)
  return true
}

/** `message.edited`: `body` is the new text, or the new caption. */
export function addEdit(payload: Fields, report: Report): boolean {
  const target = readKey(payload.editedMessageId)
  const line = readLine(payload, report)
  if (!line || !target) return false
  const common = ownId(line, target, 'edit', report)
  const event: EditEvent = { type: 'edit', ...common, targetId: target.stanza, content: readContent(payload) }
  report.events.push(event)
  return true
}

/** `message.revoked`: `after` is the revocation, `before` mostly null; older versions give no `revokedMessageId`. */
export function addRevocation(payload: Fields, report: Report): boolean {
  const before = asFields(payload.before)
  const after = asFields(payload.after) ?? before
  const target =
    readKey(payload.revokedMessageId) ?? readKey(before?.id) ?? readKey(before) ?? readKey(after?.id)
  if (!after || !target) return false
  // WPP gives keys in place of messages.
  const line = readLine(readKey(after.id)?.chat === undefined ? { ...after, id: after } : after, report)
  if (!line) return false
  const common = ownId(line, target, 'revoke', report)
  report.events.push({ type: 'revoke', ...common, targetId: target.stanza })
  return true
}

/** `poll.vote`. Its time comes in seconds or milliseconds. */
export function addVote(payload: Fields, report: Report): boolean {
  const vote = asFields(payload.vote)
  const poll = readKey(asFields(payload.poll)?.id)
  const options = asList(vote?.selectedOptions)
  if (!vote || !poll || !options) return false
  const line = readLine({ ...vote, _data: payload._data }, report)
  if (!line) return false
  const event: InboundMessage = {
    type: 'message',
    ...ownId(line, poll, 'vote', report),
    content: { type: 'vote', options: options.map(asText).filter(option => option !== undefined) },
    quotedId: poll.stanza,
  }
  report.events.push(event)
  return true
}

/**
 * WEBJS reports edits and revocations under the id of the message that they change: as lines of their own they need
 * another, the same at each delivery.
 */
function ownId({ common, key }: Line, target: MessageKey, kind: string, report: Report): Line['common'] {
  if (key.stanza !== target.stanza) return common
  const mark = kind === 'revoke' ? '' : `:${report.eventId ?? common.sentAt ?? ''}`
  return { ...common, providerId: `${key.stanza}:${kind}${mark}` }
}

/**
 * What was sent through the API is a receipt of ours, not a line: the message itself is in the store, or about to be. It
 * may come before the send's own answer.
 *
 * @returns whether it is one; nobody has taken over then
 */
function isOurSend({ key, common, own }: Line, payload: Fields, report: Report): boolean {
  if (!own || report.history) return false
  const { memory, account, channel } = report
  const known = memory.known(account, key.stanza)
  const byApi = payload.source === 'api'
  const ours = known?.outboundId !== undefined || (payload.source !== 'app' && isClientId(key.stanza))
  if (!ours && (!byApi || report.otherTools)) {
    report.undecided = true
    return false
  }
  const event: Draft<StatusEvent> = {
    type: 'status',
    channel,
    account,
    providerId: key.stanza,
    status: 'sent',
  }
  const at = readTime(payload.timestamp, report.now)
  if (at !== undefined) event.at = at
  if (known?.outboundId !== undefined) event.outboundId = known.outboundId
  if (common.raw !== undefined) event.raw = common.raw
  report.events.push(event)
  if (!ours) addNotice(report)
  return true
}
