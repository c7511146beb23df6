import { asFields, asList, asNumber, asText } from '../../../values.js'
import type { SentEntry } from '../sent.js'

/** What a poll knows of a chat. */
export interface ChatMark {
  /** Time of the newest message that was found, epoch milliseconds. */
  readonly since: number
  /** Of the chat's record when its messages were last asked for: while it is the same there is nothing new. */
  readonly hash: string
}

/** What a channel knows between two polls, and after a restart. */
export interface Cursor {
  /** Messages before it are history. */
  readonly start: number
  /** Chats that are not remembered have nothing newer than `start` that is older than this. */
  readonly floor: number
  /** When it was written. */
  readonly at: number
  /** Grows with every cursor that brings events: two that bring different events are never the same text. */
  readonly count: number
  /** By the server's id of the chat. */
  readonly chats: ReadonlyMap<string, ChatMark>
  readonly sent: readonly SentEntry[]
  /** Chats with news were left for the next poll: some may be listed behind chats that are known. */
  readonly left?: boolean
}

const version = 1

export function writeCursor({ start, floor, at, count, chats, sent, left }: Cursor): string {
  return JSON.stringify({
    v: version,
    start,
    floor,
    at,
    count,
    chats: [...chats].map(([id, { since, hash }]) => [id, since, hash]),
    sent: sent.map(({ chat, textHash, at: sentAt, outboundId, answeredId, listedId }) => [
      chat,
      textHash,
      sentAt,
      outboundId,
      answeredId ?? null,
      listedId ?? null,
    ]),
    ...(left && { left }),
  })
}

/** @returns `undefined` for what is no cursor of this version */
export function readCursor(text: string): Cursor | undefined {
  const fields = asFields(parse(text))
  const [start, floor, at, count] = ['start', 'floor', 'at', 'count'].map(key => asNumber(fields?.[key]))
  if (fields?.v !== version || start === undefined || floor === undefined) return undefined
  if (at === undefined || count === undefined) return undefined
  const chats = new Map<string, ChatMark>()
  for (const entry of asList(fields.chats) ?? []) {
    const [id, since, hash] = asList(entry) ?? []
    if (typeof id === 'string' && typeof since === 'number' && typeof hash === 'string')
      chats.set(id, { since, hash })
  }
  const sent = (asList(fields.sent) ?? []).flatMap(entry => readSent(asList(entry) ?? []))
  return { start, floor, at, count, chats, sent, ...(fields.left === true && { left: true }) }
}

/**
 * The cursor without times of the future: a clock was ahead when it was written. Whoever believed them would take all that
 * comes for old.
 */
export function withoutFuture(cursor: Cursor, start: number, now: number): Cursor {
  const chats = [...cursor.chats].map(
    ([id, { since, hash }]) => [id, { since: Math.min(since, now), hash }] as const,
  )
  return {
    ...cursor,
    start: Math.min(cursor.start, start),
    floor: Math.min(cursor.floor, now),
    at: Math.min(cursor.at, now),
    chats: new Map(chats),
  }
}

function readSent([chat, textHash, at, outboundId, answered, listed]: readonly unknown[]): SentEntry[] {
  if (typeof chat !== 'string' || typeof textHash !== 'string') return []
  if (typeof at !== 'number' || typeof outboundId !== 'string') return []
  const answeredId = asText(answered)
  const listedId = asText(listed)
  const entry = { chat, textHash, at, outboundId }
  return [
    {
      ...entry,
      ...(answeredId !== undefined && { answeredId }),
      ...(listedId !== undefined && { listedId }),
    },
  ]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Keeps the chats with the newest messages; the floor tells what is known of the others. */
export function boundChats(
  chats: ReadonlyMap<string, ChatMark>,
  floor: number,
  most: number,
): Pick<Cursor, 'chats' | 'floor'> {
  if (chats.size <= most) return { chats, floor }
  const sorted = [...chats].sort(([, a], [, b]) => b.since - a.since)
  const forgotten = sorted[most]?.[1].since ?? floor
  return { chats: new Map(sorted.slice(0, most)), floor: Math.max(floor, forgotten) }
}
