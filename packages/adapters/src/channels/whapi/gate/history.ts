import type { ChannelEvent, HistoryOptions, Peer } from '@switchboard/core'
import type { CallApi } from '../../../http/index.js'
import { asFields, asList } from '../../../values.js'
import { readEach } from '../webhook/envelope.js'
import { addMessage } from '../webhook/message.js'
import { openReport, type Surroundings } from '../webhook/report.js'
import { chatOf, segment } from './address.js'
import { unreadable } from './answers.js'

/** Whapi gives 500 at most, and 100 unless told otherwise. */
const pageSize = 100
const defaultLimit = 1_000

/**
 * What was said in a chat, newest first, page by page (`GET /messages/list/{ChatID}`). What arrives while it is read moves
 * the pages: a message that comes again is left out.
 */
export async function* readHistory(
  call: CallApi,
  peer: Peer,
  surroundings: () => Surroundings,
  { since, limit = defaultLimit, signal }: HistoryOptions = {},
): AsyncGenerator<ChannelEvent> {
  const from = since === undefined ? '' : `&time_from=${Math.floor(since / 1000)}`
  const chat = segment(chatOf(peer))
  const seen = new Set<string>()
  let given = 0
  for (let offset = 0; given < limit; ) {
    const count = Math.min(pageSize, limit - given)
    const path = `/messages/list/${chat}?count=${count}&offset=${offset}${from}&sort=desc`
    const { content } = await call({ method: 'GET', path, ...(signal && { signal }), maxBytes: longestPage })
    const messages = asList(asFields(content)?.messages)
    if (!messages) throw unreadable()
    const fresh = readPage(messages, surroundings()).filter(event => isFresh(event, seen, since))
    // A server that gives the same page for ever must not keep us for ever.
    if (fresh.length === 0) return
    for (const event of fresh.slice(0, limit - given)) yield event
    given += fresh.length
    offset += messages.length
  }
}

/** Messages carry previews of images in base64. */
const longestPage = 32 * 1024 * 1024

function readPage(messages: readonly unknown[], surroundings: Surroundings): ChannelEvent[] {
  const report = openReport(surroundings, true)
  readEach(messages, 'messages', addMessage, report)
  return report.events
}

function isFresh(event: ChannelEvent, seen: Set<string>, since: number | undefined): boolean {
  if (!('providerId' in event) || event.type === 'status') return true
  const old = since !== undefined && event.sentAt !== undefined && event.sentAt < since
  if (old || seen.has(event.providerId)) return false
  seen.add(event.providerId)
  return true
}
