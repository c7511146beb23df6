import type { LanguageModel } from '@switchboard/core'
import { OpenAI } from 'openai'
import { resolveConnection, type Vendor } from '../chat-completions/connection.js'
import { chatCompletionsModel } from '../chat-completions/model.js'
import { type ChatCompletionsOptions, checkOptions, defaultTimeoutMs } from '../chat-completions/options.js'

export interface OpenAIModelOptions extends ChatCompletionsOptions {
  /**
   * The field that carries `maxOutputTokens`. Default: `max_completion_tokens` for OpenAI and Azure, whose newer
   * models refuse the old name; `max_tokens` for every other server, since Ollama, LM Studio and others know only that.
   */
  readonly maxTokensField?: 'max_completion_tokens' | 'max_tokens'
}

const vendor: Vendor = {
  name: 'openai',
  keyVariable: 'OPENAI_API_KEY',
  urlVariable: 'OPENAI_BASE_URL',
  defaultBaseURL: 'https://api.openai.com/v1',
  ownHosts: /(^|\.)openai\.(com|azure\.com)$/,
}

/**
 * A model of OpenAI, or of any server that speaks Chat Completions: Ollama, vLLM, LM Studio, llama.cpp, a router.
 * Without `apiKey` it uses `OPENAI_API_KEY`, without `baseURL` `OPENAI_BASE_URL`; servers other than OpenAI's and
 * Azure's may go without a key.
 *
 * @throws {SwitchboardError} `configuration`, naming the option
 * @example
 * const model = openai({ model: 'gpt-5-mini' })
 * const local = openai({ model: 'llama3.2', baseURL: 'http://localhost:11434/v1' })
 */
export function openai(options: OpenAIModelOptions): LanguageModel {
  checkOptions(vendor.name, options)
  const client = options.client ?? createClient(options)
  return chatCompletionsModel({
    provider: vendor.name,
    keyVariable: vendor.keyVariable,
    client,
    options,
    maxTokensField: options.maxTokensField ?? defaultMaxTokensField(client.baseURL),
  })
}

function createClient(options: OpenAIModelOptions): OpenAI {
  const { baseURL, apiKey, headers } = resolveConnection(vendor, options)
  return new OpenAI({
    baseURL,
    apiKey,
    defaultHeaders: headers,
    maxRetries: 0,
    timeout: options.timeoutMs ?? defaultTimeoutMs,
  })
}

function defaultMaxTokensField(baseURL: string | undefined): 'max_completion_tokens' | 'max_tokens' {
  const host = baseURL && URL.canParse(baseURL) ? new URL(baseURL).hostname : 'openai.com'
  return vendor.ownHosts.test(host) ? 'max_completion_tokens' : 'max_tokens'
}
