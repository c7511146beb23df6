import type { ProviderName } from './account.js'
import type { EventLog } from './event-log.js'
import { compact, type JsonObject } from './json.js'

/**
 * How far a message got. From the business: the statuses it was told. From a person: `sent` once it is on its way,
 * `delivered` once the webhook was answered with 200, `read` once the business marked it read.
 */
export type Tick = 'sent' | 'delivered' | 'read' | 'failed'

/** A message as it stands on the phone. */
export interface ChatMessage {
  /** The provider's id: a wamid at Meta. */
  readonly id: string
  /** A person's key, or a group id; followed by `@` and the account's id when it is not Meta's first number. */
  readonly chat: string
  /** `phone-app`: a human of the business, on the business phone (an echo). */
  readonly author: 'person' | 'business' | 'phone-app'
  /** Who wrote it when `author` is `person`: the person's key. */
  readonly person?: string
  readonly provider: ProviderName
  /** Which account it was written to or from: Meta's phone number id, Whapi's channel id, WAHA's session, the MCP server's id. */
  readonly phoneNumberId: string
  /** Meta's word for the kind, whatever the provider: text, image, audio, document, location, interactive, template, … */
  readonly type: string
  /** Meta's object under that type, such as `{ body }` or `{ id, mime_type, caption }`. */
  readonly content: unknown
  /** What a person reads in the bubble: the text, the caption, the button's title. */
  readonly text?: string
  /** Id of the message that it quotes. */
  readonly quotedId?: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly tick: Tick
  /** Emoji by author: a person's key, or `business`. */
  readonly reactions: Readonly<Record<string, string>>
  /** Of a poll: what people chose, by their keys. Who took a vote back has chosen nothing. */
  readonly votes?: Readonly<Record<string, readonly string[]>>
  readonly edited: boolean
  readonly revoked: boolean
}

interface Typing {
  readonly chat: string
  /** The bubble ends then, or with the business's next message. Milliseconds since 1970. */
  readonly until: number
}

export interface Chats {
  add(message: Omit<ChatMessage, 'reactions' | 'edited' | 'revoked'>): void
  get(id: string): ChatMessage | undefined
  of(chat: string): readonly ChatMessage[]
  keys(): readonly string[]
  /** Moves the tick forward; a smaller one is ignored. Returns the message when it moved. */
  tick(id: string, tick: Tick): ChatMessage | undefined
  /** A person's message and those before it in its chat were read by the business. */
  readUpTo(id: string): void
  react(id: string, author: string, emoji: string): void
  vote(id: string, person: string, options: readonly string[]): void
  edit(id: string, content: JsonObject, text: string | undefined): void
  revoke(id: string): void
  typing(chat: string, until: number): void
  typingUntil(chat: string): number | undefined
  /** Keys of the people who take part in a group. */
  members(group: string): readonly string[]
  join(group: string, person: string): void
  isGroup(chat: string): boolean
  reset(): void
}

/** It reached the phone, and the chat was not opened since. */
export function isUnread({ author, tick }: ChatMessage): boolean {
  return author !== 'person' && tick !== 'read' && tick !== 'failed'
}

const RANK: Record<Tick, number> = { sent: 1, delivered: 2, read: 3, failed: 4 }

export function createChats(events: EventLog): Chats {
  const messages = new Map<string, ChatMessage>()
  const byChat = new Map<string, string[]>()
  const groups = new Map<string, Set<string>>()
  const typingUntil = new Map<string, number>()

  function change(id: string, changes: Partial<ChatMessage>): ChatMessage | undefined {
    const before = messages.get(id)
    if (!before) return undefined
    const after = { ...before, ...changes }
    messages.set(id, after)
    events.append('message-changed', after)
    return after
  }

  return {
    add(message) {
      if (messages.has(message.id)) return
      const full: ChatMessage = { ...compact(message), reactions: {}, edited: false, revoked: false }
      messages.set(message.id, full)
      const chat = byChat.get(message.chat)
      if (chat) chat.push(message.id)
      else byChat.set(message.chat, [message.id])
      if (message.author !== 'person') this.typing(message.chat, 0)
      events.append('message', full)
    },
    get: id => messages.get(id),
    of: chat => (byChat.get(chat) ?? []).flatMap(id => messages.get(id) ?? []),
    keys: () => [...byChat.keys()],
    tick(id, tick) {
      const message = messages.get(id)
      if (!message || RANK[tick] <= RANK[message.tick]) return undefined
      return change(id, { tick })
    },
    readUpTo(id) {
      const chat = byChat.get(messages.get(id)?.chat ?? '') ?? []
      for (let place = chat.lastIndexOf(id); place >= 0; place -= 1) {
        const message = messages.get(chat[place] ?? '')
        if (message?.author !== 'person') continue
        if (message.tick === 'read') return
        this.tick(message.id, 'read')
      }
    },
    react(id, author, emoji) {
      const { [author]: _, ...others } = messages.get(id)?.reactions ?? {}
      change(id, { reactions: emoji === '' ? others : { ...others, [author]: emoji } })
    },
    vote: (id, person, options) =>
      void change(id, { votes: { ...messages.get(id)?.votes, [person]: options } }),
    edit: (id, content, text) =>
      void change(id, { content, edited: true, ...(text !== undefined && { text }) }),
    revoke: id => void change(id, { revoked: true }),
    typing(chat, until) {
      if (until === (typingUntil.get(chat) ?? 0)) return
      if (until === 0) typingUntil.delete(chat)
      else typingUntil.set(chat, until)
      events.append('typing', { chat, until } satisfies Typing)
    },
    typingUntil: chat => typingUntil.get(chat),
    members: group => [...(groups.get(group) ?? [])],
    join(group, person) {
      groups.set(group, (groups.get(group) ?? new Set()).add(person))
    },
    isGroup: chat => groups.has(chat),
    reset() {
      for (const map of [messages, byChat, groups, typingUntil]) map.clear()
    },
  }
}
