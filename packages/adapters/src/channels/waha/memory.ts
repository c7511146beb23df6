import type { Identity } from '@switchboard/core'
import { openSelf, type Self } from '../../webhook/self.js'
import { type SendsUnderWay, sendsUnderWay } from '../../webhook/sends-under-way.js'

/** What this process has seen of a message. */
export interface KnownMessage {
  /** In full, as WAHA wrote it. */
  readonly fullId?: string
  /** Every address of its chat: a person may have two. */
  readonly chats?: readonly string[]
  /** Ours: the outbound id under which we sent it. */
  readonly outboundId?: string
}

/**
 * What cannot be told from a stored id alone: the participant and `fromMe` of full ids, and which messages are ours. It is
 * a convenience of this process. Without it (after a restart, in another process) ids are built from the conversation.
 */
export interface ChannelMemory extends SendsUnderWay {
  known(account: string, stanza: string): KnownMessage | undefined
  learn(account: string, stanza: string, facts: KnownMessage): void
  /** The engine that the last webhook of the session named. */
  engineOf(account: string): string | undefined
  learnEngine(account: string, engine: string): void
  /** The session's own addresses: `me` of its webhooks, and of the session where that was asked for. */
  selfOf(account: string): readonly Identity[]
  learnSelf(account: string, identities: readonly Identity[]): void
}

/** Some 10 MB at most. */
const mostMessages = 20_000
const mostSessions = 1_000

export function channelMemory(): ChannelMemory {
  const messages = new Map<string, KnownMessage>()
  const engines = new Map<string, string>()
  const selves = new Map<string, Self>()
  const keyOf = (account: string, stanza: string) => `${account}\n${stanza}`
  return {
    ...sendsUnderWay(),
    known: (account, stanza) => messages.get(keyOf(account, stanza)),
    learn(account, stanza, facts) {
      const key = keyOf(account, stanza)
      const known = messages.get(key)
      if (isOfAnotherChat(facts, known)) return
      messages.delete(key)
      const chats = [...new Set([...(known?.chats ?? []), ...(facts.chats ?? [])])]
      messages.set(key, { ...known, ...facts, chats })
      if (messages.size <= mostMessages) return
      const [oldest] = messages.keys()
      if (oldest !== undefined) messages.delete(oldest)
    },
    engineOf: account => engines.get(account),
    learnEngine(account, engine) {
      if (engines.size >= mostSessions) engines.clear()
      engines.set(account, engine)
    },
    selfOf: account => selves.get(account)?.known() ?? [],
    learnSelf(account, identities) {
      if (identities.length === 0) return
      if (selves.size >= mostSessions && !selves.has(account)) selves.clear()
      const self = selves.get(account) ?? openSelf()
      selves.set(account, self)
      self.learn(identities)
    },
  }
}

/**
 * Senders choose their stanzas: one that repeats that of another chat must not lead answers to its own. Of our own sends the
 * answer says so, whatever address the engine gives the chat.
 */
function isOfAnotherChat({ chats = [], outboundId }: KnownMessage, known: KnownMessage | undefined): boolean {
  const before = known?.chats ?? []
  if (outboundId !== undefined || chats.length === 0 || before.length === 0) return false
  return !chats.some(chat => before.includes(chat))
}
