import type { ChannelEvent, HistoryOptions, Peer } from '@switchboard/core'
import { type CallApi, pathSegment } from '../../../http/index.js'
import { asFields, asList, type Fields } from '../../../values.js'
import { chatIdOf } from '../addresses.js'
import { readKey } from '../ids.js'
import type { ChannelMemory } from '../memory.js'
import { addMessage } from '../webhook/message.js'
import { rawOf } from '../webhook/raw.js'
import type { Report } from '../webhook/report.js'

const pageLength = 50
const defaultLimit = 1_000

export interface HistorySettings {
  readonly name: string
  readonly memory: ChannelMemory
  now(): number
}

/**
 * What WAHA keeps of a chat, newest first (NOWEB: only with its store turned on). Pages may shift while messages arrive:
 * each message comes once.
 */
export async function* readHistory(
  call: CallApi,
  chat: { readonly account: string; readonly peer: Peer },
  { since, limit = defaultLimit, signal }: HistoryOptions,
  settings: HistorySettings,
): AsyncGenerator<ChannelEvent> {
  const path = `/api/${pathSegment(chat.account)}/chats/${pathSegment(chatIdOf(chat.peer))}/messages`
  const seen = new Set<string>()
  let given = 0
  for (let offset = 0; given < limit; offset += pageLength) {
    const after = since === undefined ? '' : `&filter.timestamp.gte=${Math.floor(since / 1000)}`
    const query = `?limit=${pageLength}&offset=${offset}&downloadMedia=false${after}`
    const { content } = await call({ method: 'GET', path: path + query, ...(signal && { signal }) })
    const page = asList(content) ?? []
    for (const item of page) {
      const message = asFields(item)
      const id = readKey(message?.id)?.stanza
      if (!message || id === undefined || seen.has(id)) continue
      seen.add(id)
      for (const event of eventsOf(message, chat.account, settings)) {
        if (given === limit) return
        given += 1
        yield event
      }
    }
    if (page.length < pageLength) return
  }
}

function eventsOf(message: Fields, account: string, { name, memory, now }: HistorySettings): ChannelEvent[] {
  const events: ChannelEvent[] = []
  const report: Report = {
    channel: name,
    account,
    event: 'history',
    eventId: undefined,
    at: undefined,
    me: [],
    now: now(),
    history: true,
    otherTools: false,
    memory,
    raw: rawOf('history', message, undefined, undefined),
    events,
    undecided: false,
  }
  addMessage(message, report)
  return events
}
