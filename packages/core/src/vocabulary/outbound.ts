import type { MediaContent, SharedContact } from './content.js'

/** What can be sent. What a channel cannot send it refuses, with a `channel_refused` that says so. */
export type OutboundContent =
  | OutboundText
  | OutboundMedia
  | OutboundLocation
  | OutboundContacts
  | OutboundReaction
  | OutboundButtons
  | OutboundList
  | OutboundLink
  | OutboundFlow
  | OutboundRequest
  | OutboundPoll
  | OutboundTemplate

export interface OutboundText {
  readonly type: 'text'
  readonly text: string
  /** Ask WhatsApp to show a preview of the first link. Default false. */
  readonly linkPreview?: boolean
}

/** A file to send. One of `id` and `url`. */
export interface OutboundFile {
  /** Of a file that the provider has already, as `upload` or a webhook gave it. */
  readonly id?: string
  /** Where the provider fetches it, or the file itself as a `data:` URL, which the channel uploads if it must. */
  readonly url?: string
  /** Needed by some providers for a `url` whose server does not say. */
  readonly mimeType?: string
  /** What a document is called. */
  readonly filename?: string
}

export interface OutboundMedia {
  readonly type: MediaContent['type']
  readonly media: OutboundFile
  /** Not for sounds and stickers. */
  readonly caption?: string
}

export interface OutboundLocation {
  readonly type: 'location'
  readonly latitude: number
  readonly longitude: number
  readonly name?: string
  readonly address?: string
}

export interface OutboundContacts {
  readonly type: 'contacts'
  readonly contacts: readonly SharedContact[]
}

export interface OutboundReaction {
  readonly type: 'reaction'
  /** Provider id of the message. */
  readonly targetId: string
  /** Absent: take the reaction back. */
  readonly emoji?: string
}

/** A file above the words of an interactive message. WhatsApp shows no caption with it. */
export interface OutboundHeader {
  readonly type: 'image' | 'video' | 'document'
  readonly media: OutboundFile
}

/** What interactive messages have around their words. */
interface Interactive {
  readonly text: string
  /** Words, or a file (lists have words only). Which files go out depends on the channel; others it refuses. */
  readonly header?: string | OutboundHeader
  readonly footer?: string
}

/** At most three on WhatsApp. */
export interface OutboundButtons extends Interactive {
  readonly type: 'buttons'
  readonly buttons: readonly { readonly id: string; readonly title: string }[]
}

/** At most ten rows in all sections on WhatsApp. */
export interface OutboundList extends Interactive {
  readonly type: 'list'
  readonly header?: string
  /** The label that opens the list. */
  readonly button: string
  readonly sections: readonly {
    readonly title?: string
    readonly rows: readonly { readonly id: string; readonly title: string; readonly description?: string }[]
  }[]
}

/** A button that opens a web page. */
export interface OutboundLink extends Interactive {
  readonly type: 'link'
  readonly label: string
  readonly url: string
}

/** A WhatsApp Flow (Meta only). */
export interface OutboundFlow extends Interactive {
  readonly type: 'flow'
  /** The label that opens it. */
  readonly button: string
  readonly flowId: string
  /** Comes back with the answer. */
  readonly token?: string
  /** Which screen to open with which data; without it the Flow's own server is asked. */
  readonly screen?: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly draft?: boolean
}

/** A button that asks for a location or for the person's own contact card (Meta only). */
export interface OutboundRequest {
  readonly type: 'location_request' | 'contact_request'
  readonly text: string
}

export interface OutboundPoll {
  readonly type: 'poll'
  readonly question: string
  readonly options: readonly string[]
  /** How many options one person may choose. Default 1. */
  readonly choices?: number
}

/** A message approved by Meta beforehand: the only kind that may open a conversation or come after 24 hours. */
export interface OutboundTemplate {
  readonly type: 'template'
  readonly name: string
  /** `en_US`, `de`. */
  readonly language: string
  /** As Meta's API takes them (Meta, "Message templates"). */
  readonly components?: readonly Readonly<Record<string, unknown>>[]
  /** What it says, for history, search and models: Meta fills the template in and does not tell. */
  readonly text?: string
}
