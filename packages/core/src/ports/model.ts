import type { Usage } from '../vocabulary/index.js'

export interface ModelMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** What a model is asked. Messages alternate and end with the user. */
export interface Prompt {
  readonly system?: string
  readonly messages: readonly ModelMessage[]
}

export interface GenerateOptions {
  readonly signal?: AbortSignal
}

export interface Generated {
  readonly text: string
  readonly usage?: Usage
  /** `length` when the answer was cut off by a limit. */
  readonly finishReason?: 'stop' | 'length' | 'other'
  /** The model that answered, as the API names it. */
  readonly modelId?: string
}

/** A model that answers in text. */
export interface LanguageModel {
  readonly specificationVersion: 'v1'
  readonly provider: string
  readonly modelId: string
  /** @throws {ModelError} with `retryable` set for overload, rate limits, server errors and broken connections */
  generate(prompt: Prompt, options?: GenerateOptions): Promise<Generated>
}
