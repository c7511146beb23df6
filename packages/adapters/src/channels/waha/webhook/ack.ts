import type { Identity, ReceiptStatus, StatusEvent } from '@switchboard/core'
import { asFields, asId, asNumber, asWords, type Draft, type Fields } from '../../../values.js'
import { readJid } from '../../../webhook/jid.js'
import { isAmong } from '../../../webhook/self.js'
import { readKey } from '../ids.js'
import type { Report } from './report.js'

/**
 * `message.ack` and `message.ack.group`. The message is found by its id alone: `fromMe` of GOWS describes the receipt.
 *
 * @returns whether it says anything: PENDING and UNKNOWN do not
 */
export function addAck(payload: Fields, report: Report): boolean {
  const key = readKey(payload.id)
  const status = readStatus(payload)
  if (!key || !status) return false
  const { channel, account, memory } = report
  const event: Draft<StatusEvent> = { type: 'status', channel, account, providerId: key.stanza, status }
  if (report.at !== undefined) event.at = report.at
  const outboundId = memory.known(account, key.stanza)?.outboundId
  if (outboundId !== undefined) event.outboundId = outboundId
  const participant = readParticipant(payload, key.participant)
  // Our own phone has the message as well: that says nothing about anybody else.
  if (participant && isAmong(participant, report.me)) return false
  if (participant) event.participant = participant
  if (status === 'failed') event.error = readError(payload)
  if (report.raw) event.raw = report.raw
  report.events.push(event)
  return true
}

const names = new Map([
  ['ERROR', -1],
  ['SERVER', 1],
  ['DEVICE', 2],
  ['READ', 3],
  ['PLAYED', 4],
])

function readStatus({ ack, ackName }: Fields): ReceiptStatus | undefined {
  switch (asNumber(ack) ?? names.get(asWords(ackName) ?? '')) {
    case -1:
      return 'failed'
    case 1:
      return 'sent'
    case 2:
      return 'delivered'
    case 3:
    case 4: // a voice note that was listened to has been read
      return 'read'
    default:
      return undefined
  }
}

/** In direct chats there is none; some engines repeat the person there. */
function readParticipant(payload: Fields, inId: string | undefined): Identity | undefined {
  const chat = readJid(readKey(payload.id)?.chat ?? payload.from)
  const member = readJid(asId(payload.participant) ?? inId)
  return chat?.kind === 'group' && member?.kind === 'person' ? member.identity : undefined
}

/** Newer builds of NOWEB say why: `{ code: "463", … }`. */
function readError(payload: Fields): { code: string; message: string } {
  const error = asFields(payload.error) ?? asFields(asFields(payload._data)?.error)
  const code = asId(error?.code) ?? 'ack_error'
  const message = asWords(error?.message) ?? asWords(error?.reason) ?? 'WhatsApp did not take the message'
  return { code, message }
}
