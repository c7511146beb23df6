import type { StatusEvent } from '@switchboard/core'
import { asFields, asFlag, asId, type Draft, type Fields } from '../../../values.js'
import { keepRaw } from '../../../webhook/raw.js'
import { readReceipt } from '../../../webhook/receipt.js'
import { readTime } from '../../../webhook/time.js'
import { readChat } from './chat.js'
import { addLine, type Line } from './line.js'
import { addPollUpdate } from './poll.js'
import type { Report } from './report.js'

/**
 * An element of `messages`, or what triggered an update.
 *
 * @param raw what the event keeps, when that is more than the message
 * @returns whether it became an event: without an id, or without a chat that can be answered, no store could keep it
 */
export function addMessage(item: unknown, report: Report, raw: unknown = item): boolean {
  const message = asFields(item)
  const id = asId(message?.id)
  if (!message || id === undefined) return false
  if (isFromMe(message)) report.learnSelf(message.from)
  if (message.type === 'poll_update') return addPollUpdate(message, report)
  if (isOwnSend(id, message, report)) {
    report.events.push(echoOf(id, message, raw, report))
    return true
  }
  const line = readLine(id, message, raw)
  if (!line) return false
  addLine(line, report)
  return true
}

export function readLine(id: string, message: Fields, raw: unknown): Line | undefined {
  const fromMe = isFromMe(message)
  const place = readChat(message, fromMe)
  return place && { id, message, raw, author: fromMe ? 'operator' : 'customer', ...place }
}

/**
 * What this token sent: `source` says so, and nothing else does. Whapi takes no id of ours, so it decides before the answer to
 * the send is known; only where other tools have the token too the answer must tell. Reactions of ours have no id to know them
 * by. Whatever else is from us (`mobile`, `web`, `business_api`, `unknown`, no source) a person wrote: silence is safer than
 * talking over somebody.
 */
function isOwnSend(id: string, message: Fields, report: Report): boolean {
  if (report.history || message.source !== 'api' || !isFromMe(message)) return false
  const { ownSends } = report
  if (!ownSends || ownSends.has(id) || asFields(message.action)?.type === 'reaction') return true
  report.undecided = true
  return false
}

/** A body without a `from_me` that can be read, and that came over the API is taken for ours: answering it would answer ourselves, for ever. */
function isFromMe({ from_me, source }: Fields): boolean {
  return asFlag(from_me) ?? source === 'api'
}

/** The provider has it: no line of its own, so it cannot be a takeover, also when it comes before the send's answer. */
function echoOf(id: string, message: Fields, raw: unknown, { channel, account, now }: Report): StatusEvent {
  const status = readReceipt(message.status) ?? 'sent'
  const event: Draft<StatusEvent> = { type: 'status', channel, account, providerId: id, status }
  const at = readTime(message.timestamp, now)
  if (at !== undefined) event.at = at
  keepRaw(event, raw)
  return event
}
