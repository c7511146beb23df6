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
const mostEntries = 100
const oldestMs = 24 * 60 * 60_000

interface SightedMessage {
  readonly chat: string
  readonly id: string
  readonly text: string | undefined
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
  recognise(message: SightedMessage): SentEntry | undefined
  /** What a cursor remembered. */
  restore(entries: readonly SentEntry[]): void
  list(now: number): readonly SentEntry[]
}

export function sentMessages(): SentMessages {
  let entries: SentEntry[] = []

  return {
    add(chat, text, at, outboundId) {
      const entry: SentEntry = { chat, textHash: hashText(text), at, outboundId }
      entries.push(entry)
      if (entries.length > mostEntries) entries = entries.slice(-mostEntries)
      return entry
    },
    remove(entry) {
      entries = entries.filter(other => other !== entry)
    },
    recognise({ chat, id, text, time }) {
      const byId = entries.find(({ listedId, answeredId }) => listedId === id || answeredId === id)
      const entry = byId ?? (text === undefined ? undefined : byText(chat, hashText(text), time))
      if (entry) entry.listedId ??= id
      return entry
    },
    restore(old) {
      const known = new Set(entries.map(({ outboundId }) => outboundId))
      const missing = old.filter(({ outboundId }) => !known.has(outboundId)).map(entry => ({ ...entry }))
      entries = [...missing, ...entries].slice(-mostEntries)
    },
    list(now) {
      entries = entries.filter(({ at }) => now - at < oldestMs)
      return entries
    },
  }

  function byText(chat: string, textHash: string, time: number | undefined): SentEntry | undefined {
    return entries.find(
      entry =>
        entry.chat === chat &&
        entry.textHash === textHash &&
        entry.listedId === undefined &&
        (time === undefined || (time > entry.at - earlierMs && time < entry.at + laterMs)),
    )
  }
}

/** Servers trim and join lines; people's eyes do too. */
function hashText(text: string): string {
  return shortHash(text.replace(/\s+/g, ' ').trim())
}

/** 72 bits, as text. */
export function shortHash(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 12)
}
