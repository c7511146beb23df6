import type { StatusEvent } from '@switchboard/core'
import { asFields, asId, asWords, type Draft, type Fields } from '../../../values.js'
import { keepRaw } from '../../../webhook/raw.js'
import { readReceipt } from '../../../webhook/receipt.js'
import { readTime } from '../../../webhook/time.js'
import { refusalOfCode } from '../graph/error-codes.js'
import type { Change } from './change.js'
import { readIdentities } from './person.js'
import { firstError } from './reported-errors.js'

/**
 * An element of `statuses`. In groups each is about one member, the same message several times. Recipient, pricing and
 * conversation stay in `raw`.
 *
 * @returns whether it could be read: without an id, or with a status nobody knows such as `deleted`, it cannot
 */
export function addStatus(raw: unknown, change: Change): boolean {
  const fields = asFields(raw)
  const providerId = asId(fields?.id)
  const status = readReceipt(fields?.status)
  if (!fields || providerId === undefined || !status) return false
  const event: Draft<StatusEvent> = {
    type: 'status',
    channel: change.channel,
    account: change.account,
    providerId,
    status,
  }
  const at = readTime(fields.timestamp, change.now)
  if (at !== undefined) event.at = at
  const outboundId = asWords(fields.biz_opaque_callback_data)
  if (outboundId !== undefined) event.outboundId = outboundId
  const participant = readParticipant(fields)
  if (participant) event.participant = participant
  const error = firstError(fields.errors)
  if (error) event.error = withScope(error)
  keepRaw(event, raw)
  change.events.push(event)
  return true
}

type ReportedError = NonNullable<StatusEvent['error']>

/** What an error of the table concerns: 131047 the window, after which the message waits for another try. */
function withScope(error: ReportedError): ReportedError {
  const scope = refusalOfCode(Number(error.code))?.scope
  return scope ? { ...error, scope } : error
}

function readParticipant(fields: Fields): StatusEvent['participant'] {
  if (fields.recipient_type !== 'group') return undefined
  const [participant] = readIdentities({
    phone: fields.recipient_participant_id,
    userId: fields.recipient_participant_user_id,
    parentUserId: fields.recipient_participant_parent_user_id,
  })
  return participant
}
