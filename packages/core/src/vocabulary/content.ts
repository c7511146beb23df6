import type { OutboundContent } from './outbound.js'

/** A file at the provider. It is fetched when a turn needs it, never inside the webhook. */
export interface MediaRef {
  /** The provider's media id. */
  readonly id?: string
  /** A short-lived address, when the provider gives one. */
  readonly url?: string
  readonly mimeType?: string
  readonly sha256?: string
  readonly filename?: string
}

export interface TextContent {
  readonly type: 'text'
  readonly text: string
}

export interface MediaContent {
  /** `voice` is a recorded voice note, `audio` any other sound file. */
  readonly type: 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker'
  readonly media: MediaRef
  readonly caption?: string
}

export interface LocationContent {
  readonly type: 'location'
  readonly latitude: number
  readonly longitude: number
  readonly name?: string
  readonly address?: string
  readonly url?: string
}

export interface SharedContact {
  readonly name?: string
  readonly phones: readonly string[]
  readonly emails?: readonly string[]
  readonly organisation?: string
}

export interface ContactsContent {
  readonly type: 'contacts'
  readonly contacts: readonly SharedContact[]
}

/** A tap on a reply button, a list row or a template's quick reply. */
export interface ButtonContent {
  readonly type: 'button'
  /** The label that the person saw. */
  readonly text: string
  /** What the sender of the button attached to it. */
  readonly payload?: string
}

/** A submitted WhatsApp Flow. `data` is the parsed answer, or the text as it came when it is not JSON. */
export interface FormContent {
  readonly type: 'form'
  readonly name?: string
  readonly data: unknown
}

export interface OrderContent {
  readonly type: 'order'
  readonly catalogId?: string
  readonly text?: string
  readonly items: readonly {
    readonly productId: string
    readonly quantity: number
    readonly price?: number
    readonly currency?: string
  }[]
}

export interface PollContent {
  readonly type: 'poll'
  readonly question: string
  readonly options: readonly string[]
}

/** What somebody chose in a poll; the message quotes the poll. No options: the vote was taken back. */
export interface VoteContent {
  readonly type: 'vote'
  readonly options: readonly string[]
}

/** Something WhatsApp itself says in the chat, such as a changed number. Never answered. */
export interface SystemContent {
  readonly type: 'system'
  readonly text: string
  readonly event?: string
}

/** A message of a kind the channel cannot translate. It is kept and shown, never dropped. */
export interface UnsupportedContent {
  readonly type: 'unsupported'
  /** The provider's name of the kind, when it gave one. */
  readonly kind?: string
  readonly reason?: string
}

export type Content =
  | TextContent
  | MediaContent
  | LocationContent
  | ContactsContent
  | ButtonContent
  | FormContent
  | OrderContent
  | PollContent
  | VoteContent
  | SystemContent
  | UnsupportedContent

/** What a stored message can be: a content, or an event about another message (`quotedId` names it). */
export type MessageType = Content['type'] | OutboundContent['type'] | 'reaction' | 'edit' | 'revoke'
