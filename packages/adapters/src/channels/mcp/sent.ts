import { createHash } from 'node:crypto'

/** A message of ours, as far as it takes to know it again. */
export interface SentEntry {
  /** The chat, as `keyOf` names it. */
  readonly chat: string
  readonly textHash: string
  /** Epoch milliseconds by our clock. */
  readonly at: number
  readonly outboundId: string
  /** As the answer to the send named it. */
  answeredId?: string
  /** As the list of messages names it, once it was seen there. */
  listedId?: string
}

/** How far the server's clock and delays may shift a message of ours. */
const earlierMs = 2 * 60_000
const laterMs = 10 * 60_000
const mostEntries = 500
const mostStrangers = 2_000
const oldestMs = 24 * 60 * 60_000

interface SightedMessage {
  readonly id: string
  /** Absent where the words cannot make it ours. */
  readonly words: string | undefined
  readonly time: number | undefined
}

/**
 * What this account has sent through us. Many servers name no id for a send, so what a poll finds is compared by chat, text
 * and time. Each of our messages stands for one found message: whoever types the same words again is a person.
 */
export interface SentMessages {
  /** Before the request leaves: the poll may see the message sooner than the answer comes. */
  add(chat: string, text: string, at: number, outboundId: string): SentEntry
  /** The message certainly did not leave. */
  remove(entry: SentEntry): void
  /** Which of a chat's messages are ours, by their ids. */
  recognise(chat: string, messages: readonly SightedMessage[]): ReadonlyMap<string, SentEntry>
  /** What a cursor remembered. */
  restore(entries: readonly SentEntry[]): void
  list(now: number): readonly SentEntry[]
}

export function sentMessages(): SentMessages {
  let entries: SentEntry[] = []
  /** Messages of others that say what we might say. */
  const strangers = new Set<string>()

  return {
    add(chat, text, at, outboundId) {
      const entry: SentEntry = { chat, textHash: hashText(text), at, outboundId }
      entries = bounded([...entries, entry])
      return entry
    },
    remove(entry) {
      entries = entries.filter(other => other !== entry)
    },
    recognise(chat, messages) {
      const ours = new Map<string, SentEntry>()
      for (const { id } of messages) {
        const entry = entries.find(({ listedId, answeredId }) => listedId === id || answeredId === id)
        if (entry) claim(ours, entry, id)
      }
      for (const { entry, id } of pairsByTime(entries, chat, messages, strangers)) {
        if (entry.listedId === undefined && !ours.has(id)) claim(ours, entry, id)
      }
      for (const { id, words } of messages) if (words !== undefined && !ours.has(id)) strangers.add(id)
      for (const id of strangers) {
        if (strangers.size <= mostStrangers) break
        strangers.delete(id)
      }
      return ours
    },
    restore(old) {
      const known = new Set(entries.map(({ outboundId }) => outboundId))
      const missing = old.filter(({ outboundId }) => !known.has(outboundId)).map(entry => ({ ...entry }))
      entries = bounded([...missing, ...entries])
    },
    list(now) {
      entries = entries.filter(({ at }) => now - at < oldestMs)
      return entries
    },
  }
}

/** What a poll has found goes first: what it has yet to find would count as an operator's. */
function bounded(entries: SentEntry[]): SentEntry[] {
  const tooMany = entries.length - mostEntries
  if (tooMany <= 0) return entries
  const found = new Set(entries.filter(({ listedId }) => listedId !== undefined).slice(0, tooMany))
  return entries.filter(entry => !found.has(entry)).slice(-mostEntries)
}

function claim(ours: Map<string, SentEntry>, entry: SentEntry, id: string): void {
  entry.listedId ??= id
  ours.set(id, entry)
}

/** What may be ours by its words, the nearest in time first. What was known before we sent it is a stranger's. */
function pairsByTime(
  entries: readonly SentEntry[],
  chat: string,
  messages: readonly SightedMessage[],
  strangers: ReadonlySet<string>,
) {
  const open = entries.filter(entry => entry.chat === chat && entry.listedId === undefined)
  const pairs = messages.flatMap(({ id, words, time }) => {
    if (words === undefined || strangers.has(id) || open.length === 0) return []
    const textHash = hashText(words)
    return open
      .filter(entry => entry.textHash === textHash)
      .map(entry => ({ entry, id, late: time === undefined ? laterMs - 1 : time - entry.at }))
      .filter(({ late }) => late > -earlierMs && late < laterMs)
  })
  return pairs.sort((a, b) => Math.abs(a.late) - Math.abs(b.late))
}

/** Servers trim and join lines; people's eyes do too. */
function hashText(text: string): string {
  return shortHash(text.replace(/\s+/g, ' ').trim())
}

/** 72 bits, as text. */
export function shortHash(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 12)
}
