import type { JsonObject } from '../json.js'

/** A request to the model API. */
export interface ModelRequest {
  /** Shares its count with the ledger, so the order of model calls and sends can be told. */
  readonly sequence: number
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  readonly path: string
  readonly model: string
  readonly messages: readonly ModelMessage[]
  readonly stream: boolean
  /** The whole body, as sent. */
  readonly body: JsonObject
  /** What became of it. `client-left`: the caller hung up before the answer was out. */
  readonly outcome: 'pending' | 'answered' | 'refused' | 'withheld' | 'cut-short' | 'client-left'
}

export interface ModelMessage {
  readonly role: string
  /** The text; that of all text parts when the content is a list of parts. */
  readonly content: string
  readonly name?: string
}

export interface ModelUsage {
  readonly promptTokens: number
  readonly completionTokens: number
}

/** What the model says, or how it fails. A plain string is a text. */
export type ModelAnswer =
  | string
  | {
      readonly text?: string
      /** Function calls; `arguments` are put on the wire as JSON text. */
      readonly toolCalls?: readonly { name: string; arguments: unknown; id?: string }[]
      /** Pause before the answer, milliseconds. */
      readonly delayMs?: number
      /** Default: estimated at four characters a token. */
      readonly usage?: ModelUsage
      /** Default `stop`, or `length` when `max_tokens` cut the text short, or `tool_calls`. */
      readonly finishReason?: string
      /** Any HTTP status from 400 up makes it an error. */
      readonly status?: number
      readonly error?: { readonly message?: string; readonly type?: string; readonly code?: string }
      /** Seconds, with an error. */
      readonly retryAfter?: number
      /**
       * `garbage`: 200 with broken JSON. `hang`: no answer, ever. `cut-short`: the connection breaks in the middle of
       * the body. `reset`: it breaks before.
       */
      readonly failure?: 'garbage' | 'hang' | 'cut-short' | 'reset'
    }

/** Makes an answer out of a request; undefined passes on to the next in line. */
export type ModelResponder = (
  request: ModelRequest,
) => ModelAnswer | undefined | Promise<ModelAnswer | undefined>
