/** One message as the Chat Completions API takes it. */
interface ChatCompletionMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** The part of a Chat Completions request that is used here. */
export interface ChatCompletionRequest {
  model: string
  messages: ChatCompletionMessage[]
  temperature?: number
  max_completion_tokens?: number
  max_tokens?: number
}

/** What a call asks of the client besides the body. */
interface ChatCompletionCallOptions {
  signal: AbortSignal
  /** Milliseconds. */
  timeout: number
  maxRetries: number
}

/**
 * The part of an SDK client that is used: `new OpenAI()`, `new AzureOpenAI()` and `new Groq()` fit, and so does any
 * object that posts a request and resolves with the parsed JSON. Its errors should carry `status` and `headers`.
 */
export interface ChatCompletionsClient {
  readonly baseURL?: string
  readonly chat: {
    readonly completions: {
      create(body: ChatCompletionRequest, options: ChatCompletionCallOptions): PromiseLike<unknown>
    }
  }
}
