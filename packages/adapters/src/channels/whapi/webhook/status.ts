import type { StatusEvent } from '@switchboard/core'
import { asFields, asId, asWords, type Draft, type Fields } from '../../../values.js'
import { readJid } from '../../../webhook/jid.js'
import { keepRaw } from '../../../webhook/raw.js'
import { readReceipt } from '../../../webhook/receipt.js'
import { readFirstError } from '../../../webhook/reported-error.js'
import { readTime } from '../../../webhook/time.js'
import type { Report } from './report.js'

/**
 * An element of `statuses`. The word counts, not the `code`, whose numbers are not documented. In groups each is about one
 * member (`viewer_id`).
 *
 * @returns whether it could be read: `pending` and `deleted` say nothing about a delivery
 */
export function addStatus(item: unknown, report: Report): boolean {
  const fields = asFields(item)
  const providerId = asId(fields?.id)
  const status = readReceipt(fields?.status)
  if (!fields || providerId === undefined || !status) return false
  const { channel, account } = report
  const event: Draft<StatusEvent> = { type: 'status', channel, account, providerId, status }
  const at = readTime(fields.timestamp, report.now)
  if (at !== undefined) event.at = at
  const participant = participantOf(fields)
  if (participant) event.participant = participant
  const error = readFirstError(fields.errors, wordsOf)
  if (error) event.error = error
  keepRaw(event, item)
  report.events.push(event)
  return true
}

function participantOf(fields: Fields): StatusEvent['participant'] {
  if (readJid(fields.recipient_id)?.kind !== 'group') return undefined
  const viewer = readJid(fields.viewer_id)
  return viewer?.kind === 'person' ? viewer.identity : undefined
}

/** `details` says more than `message`, which is the same for all errors of a code. */
function wordsOf({ details, message }: Fields): string | undefined {
  return asWords(details) ?? asWords(message)
}
