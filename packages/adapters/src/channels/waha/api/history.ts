import {
  ChannelError,
  type ChannelEvent,
  type HistoryOptions,
  type Identity,
  type Peer,
} from '@switchboard/core'
import type { CallApi } from '../../../http/index.js'
import { asFields, asList, type Fields } from '../../../values.js'
import { chatIdOf } from '../addresses.js'
import { readKey } from '../ids.js'
import type { ChannelMemory } from '../memory.js'
import { addMessage } from '../webhook/message.js'
import { rawOf } from '../webhook/raw.js'
import type { Report } from '../webhook/report.js'
import type { Sessions } from './sessions.js'

const pageLength = 50
const defaultLimit = 1_000
/** `_data` of browser engines holds previews of images in base64. */
export const longestPage = 32 * 1024 * 1024

export interface HistorySettings {
  readonly name: string
  readonly memory: ChannelMemory
  readonly sessions: Sessions
  now(): number
}

/**
 * What WAHA keeps of a chat, newest first (NOWEB: only with its store turned on). Pages may shift while messages arrive:
 * each message comes once.
 *
 * @throws {ChannelError} when WAHA refuses, or gives something that is no list: half a history must not pass for a whole one
 */
export async function* readHistory(
  call: CallApi,
  chat: { readonly account: string; readonly peer: Peer },
  { since, limit = defaultLimit, signal }: HistoryOptions,
  settings: HistorySettings,
): AsyncGenerator<ChannelEvent> {
  const { account, peer } = chat
  const path = `/api/${encodeURIComponent(account)}/chats/${encodeURIComponent(chatIdOf(peer))}/messages`
  // NOWEB has given what our own phone wrote in groups as somebody else's: there the question is worth it.
  const me =
    peer.kind === 'group'
      ? await settings.sessions.self(account, signal && { signal })
      : settings.memory.selfOf(account)
  const seen = new Set<string>()
  let given = 0
  for (let offset = 0; given < limit; offset += pageLength) {
    const after = since === undefined ? '' : `&filter.timestamp.gte=${Math.floor(since / 1000)}`
    const query = `?limit=${pageLength}&offset=${offset}&downloadMedia=false${after}`
    const request = { method: 'GET', path: path + query, maxBytes: longestPage } as const
    const { content } = await call({ ...request, ...(signal && { signal }) })
    const page = asList(content)
    if (!page) throw unreadable()
    const before = seen.size
    for (const item of page) {
      const message = asFields(item)
      const id = readKey(message?.id)?.stanza
      if (!message || id === undefined || seen.has(id)) continue
      seen.add(id)
      for (const event of eventsOf(message, account, me, settings)) {
        if (given === limit) return
        given += 1
        yield event
      }
    }
    // A server that gives the same page for ever must not keep us for ever.
    if (page.length < pageLength || seen.size === before) return
  }
}

function unreadable(): ChannelError {
  const message = 'WAHA answered with something that is no list of messages: check url, or try again.'
  return new ChannelError('channel_refused', message, { retryable: true })
}

function eventsOf(
  message: Fields,
  account: string,
  me: readonly Identity[],
  { name, memory, now }: HistorySettings,
): ChannelEvent[] {
  const events: ChannelEvent[] = []
  const report: Report = {
    channel: name,
    account,
    event: 'history',
    eventId: undefined,
    at: undefined,
    me,
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
