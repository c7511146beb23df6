/**
 * What can be made to go wrong. Every fault is plain JSON (but for `where`), so that a test, the phone page and
 * another process script the same things.
 */
export type Fault = ApiFault | WebhookFault

/** For requests to the API of a provider. */
export type ApiFault = ApiScope &
  (
    | {
        /** HTTP 429 with `Retry-After`, nothing accepted. */
        readonly kind: 'rate-limit'
        /** Meta: 130429 (number, default), 131056 (pair), 80007 (business account), 4 (app). */
        readonly code?: number
        /** Seconds, default 1. */
        readonly retryAfter?: number
      }
    /** HTTP 500 (Meta: code 131000), nothing accepted. */
    | { readonly kind: 'server-error' }
    | {
        /** Any error code of Meta with the HTTP status that belongs to it, or any HTTP status of the others; nothing accepted. */
        readonly kind: 'error'
        readonly code: number
        readonly status?: number
        readonly details?: string
        /** Seconds. */
        readonly retryAfter?: number
      }
    /** An HTML page instead of JSON, default 502; nothing accepted. */
    | { readonly kind: 'html-error'; readonly status?: number }
    | {
        /**
         * No answer. Not accepted (default): the connection is cut after `ms`. Accepted: the message goes out, and
         * the answer comes after `ms`. Default: no answer, ever.
         */
        readonly kind: 'timeout'
        readonly accepted?: boolean
        readonly ms?: number
      }
    /** The connection is reset, before (default) or after the message was accepted. */
    | { readonly kind: 'reset'; readonly accepted?: boolean }
    /** The request is handled `ms` later. Adds to other faults. */
    | { readonly kind: 'delay'; readonly ms: number }
    /** Accepted and answered as ever, but then its only status is `failed` with this code (default Meta's 131026, Whapi's 404). */
    | { readonly kind: 'undeliverable'; readonly code?: number }
  )

/** The faults that a provider answers in its own words. */
export type ScriptedRefusal = Extract<ApiFault, { kind: 'rate-limit' | 'server-error' | 'error' }>

/** Which requests an API fault meets. */
interface ApiScope {
  /** Only requests to this account: its id, or its provider. Default: any. */
  readonly via?: string
  /** How many requests, default 1. */
  readonly times?: number | 'always'
  /** Let so many fitting requests pass first, default 0. */
  readonly skip?: number
  /** `message` (default): sends. `read`: read marks and typing. `media`: upload, lookup, download, delete. */
  readonly on?: 'message' | 'read' | 'media' | 'any'
  /** Only sends to this phone (with or without `+`), BSUID, group or chat id. */
  readonly to?: string
  /** Only sends of this type. */
  readonly type?: string
  /** Only sends whose text contains this. */
  readonly text?: string
  /** Only requests that this accepts; not over the control API. */
  readonly where?: (call: ApiCall) => boolean
  /** `false`: no status webhooks for the messages accepted under this fault. */
  readonly statuses?: boolean
}

/** What a scope looks at. */
export interface ApiCall {
  /** Ids by which the account goes: its own and its provider's; absent when the request is to none. */
  readonly via?: readonly string[]
  readonly operation: 'message' | 'read' | 'media' | 'info'
  readonly to?: string
  readonly type?: string
  readonly text?: string
  readonly body?: unknown
}

/** For webhooks on their way to the business. */
export type WebhookFault = WebhookScope &
  /** Delivered `copies` times in all (default 2), one after the other or all at once. */
  (
    | { readonly kind: 'duplicate-webhook'; readonly copies?: number; readonly concurrent?: boolean }
    | { readonly kind: 'delay-webhook'; readonly ms: number }
    /** Holds `count` webhooks (default 2), then delivers them last first, each after the other's answer. */
    | { readonly kind: 'reorder-webhooks'; readonly count?: number; readonly holdMs?: number }
    | {
        /** Holds `count` webhooks (default 2), then delivers them in one POST. */
        readonly kind: 'batch-webhooks'
        readonly count?: number
        readonly holdMs?: number
        /**
         * Meta: `messages`: one change; `changes`: one entry with a change each; `entries`: an entry each; `mixed`
         * (default): the first two share a change, the third has its own, the rest an entry each. Whapi puts those of
         * one event into one array; WAHA has one event a POST, so they go out one after the other.
         */
        readonly spread?: BatchSpread
      }
    /** Never delivered. Meta has no way to read it again; the others give it away with the chat's messages. */
    | { readonly kind: 'lose-webhook' }
  )

export type BatchSpread = 'messages' | 'changes' | 'entries' | 'mixed'

/** Which webhooks a fault meets. */
interface WebhookScope {
  /** Only webhooks of this account: its id, or its provider. Default: any. */
  readonly via?: string
  /** How many webhooks (groups of `count` for reorder and batch), default 1. */
  readonly times?: number | 'always'
  readonly skip?: number
  /** Default `messages`: what people write. */
  readonly about?: WebhookTopic | 'any'
  /** Only webhooks whose JSON contains this. */
  readonly text?: string
}

export type WebhookTopic = 'messages' | 'statuses' | 'echoes' | 'history' | 'other'

/** A fault in force. */
export interface ActiveFault {
  readonly id: number
  readonly fault: Fault
  /** How many requests or webhooks it has met. */
  readonly used: number
  readonly remaining: number | 'always'
  remove(): void
}
