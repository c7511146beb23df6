import { cleanText, type LanguageModel, ModelError, type Prompt, SwitchboardError } from '@switchboard/core'
import { readAnswer } from './answer.js'
import type { ChatCompletionRequest, ChatCompletionsClient } from './client.js'
import { withDeadline } from './deadline.js'
import { errorInBody, toModelError } from './errors.js'
import { type ChatCompletionsOptions, defaultTimeoutMs } from './options.js'

export interface ChatCompletionsModel {
  readonly provider: string
  /** Named in the advice of error messages. */
  readonly keyVariable: string
  readonly client: ChatCompletionsClient
  readonly options: ChatCompletionsOptions
  /** How this API calls `maxOutputTokens`. */
  readonly maxTokensField: 'max_completion_tokens' | 'max_tokens'
}

/**
 * A model behind a Chat Completions API: one request a call, no retries (the pipeline retries by `retryable`), ended
 * by the deadline or the caller's signal, whose reason is then thrown as it is.
 */
export function chatCompletionsModel(settings: ChatCompletionsModel): LanguageModel {
  const { provider, keyVariable, client, options } = settings
  const { model, timeoutMs = defaultTimeoutMs } = options
  const endpoint = { provider, keyVariable, model }
  const timedOut = () =>
    new ModelError(`${provider} did not answer within ${timeoutMs} ms.`, { retryable: true })

  return {
    specificationVersion: 'v1',
    provider,
    modelId: model,
    async generate(prompt, { signal } = {}) {
      try {
        const body = await withDeadline(timeoutMs, signal, timedOut, inner =>
          client.chat.completions.create(createRequest(settings, prompt), {
            signal: inner,
            timeout: timeoutMs,
            maxRetries: 0,
          }),
        )
        const failure = errorInBody(body, endpoint)
        if (failure) throw failure
        return readAnswer(provider, body)
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        throw SwitchboardError.is(error) ? error : toModelError(error, endpoint, Date.now())
      }
    },
  }
}

/** Texts are cleaned: some servers refuse a whole body because of one lone surrogate. */
function createRequest(settings: ChatCompletionsModel, prompt: Prompt): ChatCompletionRequest {
  const { model, temperature, maxOutputTokens, extraBody } = settings.options
  const messages: ChatCompletionRequest['messages'] = prompt.messages.map(({ role, text }) => ({
    role,
    content: cleanText(text),
  }))
  if (prompt.system) messages.unshift({ role: 'system', content: cleanText(prompt.system) })
  return {
    ...extraBody,
    model,
    messages,
    ...(temperature !== undefined && { temperature }),
    ...(maxOutputTokens !== undefined && { [settings.maxTokensField]: maxOutputTokens }),
  }
}
