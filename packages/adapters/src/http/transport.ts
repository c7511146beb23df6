/** Whom a request is for, in the words of error messages. */
export interface Provider {
  /** `Meta`, `Whapi`. */
  readonly name: string
  /** The option that holds its address. */
  readonly urlOption: string
  /** What tells later whether a message was sent: `Wait for its status webhook.` */
  readonly reconcileAdvice: string
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With the path of the base and the query, starting with `/`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal: AbortSignal
  /** The longest answer that is read, in bytes; what comes after it is cut off. Default 1 000 000. */
  readonly maxBytes?: number
}

/** Whatever answered: the provider, or something in front of it. */
export interface HttpAnswer {
  readonly status: number
  readonly header: (name: string) => string | undefined
  /** As it came: JSON, or HTML, or a file, or cut off. */
  readonly body: Uint8Array
  /** The answer ended before its end, or was longer than `maxBytes`. */
  readonly truncated: boolean
}

export const defaultMaxBytes = 1_000_000

/**
 * Sends and gives back whatever answer comes.
 *
 * @throws {ChannelError} `channel_refused` when the request did not leave, `channel_unknown` when it did and no status came
 */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>
