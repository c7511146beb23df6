import type { GraphAnswer } from './errors.js'

export interface GraphRequest {
  /** With the path of the base, starting with `/`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}

/**
 * Posts and gives back whatever answer comes.
 *
 * @throws {ChannelError} `channel_refused` when the request did not leave, `channel_unknown` when it did and no status came
 */
export type Transport = (request: GraphRequest) => Promise<GraphAnswer>
