import { SwitchboardError } from '@switchboard/core'
import type { ChatCompletionsClient } from './client.js'

/** What every model behind a Chat Completions API can be told. */
export interface ChatCompletionsOptions {
  /** The model as the API names it. */
  readonly model: string
  /** Sent as bearer token. Default: the vendor's environment variable. */
  readonly apiKey?: string | undefined
  /** Where the API lives. Default: the vendor's environment variable, then the vendor's own address. */
  readonly baseURL?: string | undefined
  /** A client of your own, with its own key, address and agent; instead of `apiKey` and `baseURL`. */
  readonly client?: ChatCompletionsClient
  /** Not sent unless given: some models take only their default. */
  readonly temperature?: number
  /** The most tokens of one answer, reasoning included. Default: the model's own limit. */
  readonly maxOutputTokens?: number
  /** How long one call may take, body included, in milliseconds. Default 60 000. */
  readonly timeoutMs?: number
  /** More fields of the request as the API names them, e.g. `{ reasoning_effort: 'low' }`. */
  readonly extraBody?: Readonly<Record<string, unknown>>
}

export const defaultTimeoutMs = 60_000

/** setTimeout fires at once beyond this. */
const longestTimeoutMs = 2 ** 31 - 1

/** @throws {SwitchboardError} `configuration`, naming the option */
export function checkOptions(factory: string, options: ChatCompletionsOptions): void {
  const { model, client, temperature, maxOutputTokens, timeoutMs } = options
  if (typeof model !== 'string' || model.trim() === '') {
    throw configurationError(factory, 'needs `model`, the name of a model as the API knows it')
  }
  if (client && (options.apiKey !== undefined || options.baseURL !== undefined)) {
    throw configurationError(
      factory,
      'takes either `client` or `apiKey` and `baseURL`: the client brings its own',
    )
  }
  if (client && typeof client.chat?.completions?.create !== 'function') {
    throw configurationError(factory, 'got a `client` without chat.completions.create')
  }
  if (temperature !== undefined && !(Number.isFinite(temperature) && temperature >= 0)) {
    throw configurationError(factory, '`temperature` must be a number from 0')
  }
  if (maxOutputTokens !== undefined && !isCount(maxOutputTokens)) {
    throw configurationError(factory, '`maxOutputTokens` must be a whole number from 1')
  }
  if (timeoutMs !== undefined && !(isCount(timeoutMs) && timeoutMs <= longestTimeoutMs)) {
    throw configurationError(factory, `\`timeoutMs\` must be a whole number from 1 to ${longestTimeoutMs}`)
  }
}

export function configurationError(factory: string, problem: string): SwitchboardError {
  return new SwitchboardError('configuration', `${factory}() ${problem}.`)
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1
}
