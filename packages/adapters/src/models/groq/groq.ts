import type { LanguageModel } from '@switchboard/core'
import { Groq } from 'groq-sdk'
import { resolveConnection, type Vendor } from '../chat-completions/connection.js'
import { chatCompletionsModel } from '../chat-completions/model.js'
import { type ChatCompletionsOptions, checkOptions, defaultTimeoutMs } from '../chat-completions/options.js'

const vendor: Vendor = {
  name: 'groq',
  keyVariable: 'GROQ_API_KEY',
  urlVariable: 'GROQ_BASE_URL',
  defaultBaseURL: 'https://api.groq.com',
  ownHosts: /(^|\.)groq\.com$/,
}

/**
 * A model on Groq. Without `apiKey` it uses `GROQ_API_KEY`, without `baseURL` `GROQ_BASE_URL`. Groq's SDK adds
 * `/openai/v1` to the base URL itself; one that already ends so is taken as meant.
 *
 * @throws {SwitchboardError} `configuration`, naming the option
 * @example
 * const model = groq({ model: 'llama-3.3-70b-versatile' })
 */
export function groq(options: ChatCompletionsOptions): LanguageModel {
  checkOptions(vendor.name, options)
  return chatCompletionsModel({
    provider: vendor.name,
    keyVariable: vendor.keyVariable,
    client: options.client ?? createClient(options),
    options,
    maxTokensField: 'max_completion_tokens',
  })
}

function createClient(options: ChatCompletionsOptions): Groq {
  const { baseURL, apiKey, headers } = resolveConnection(vendor, options)
  return new Groq({
    baseURL: baseURL.replace(/(\/openai\/v1)?\/*$/, ''),
    apiKey,
    defaultHeaders: headers,
    maxRetries: 0,
    timeout: options.timeoutMs ?? defaultTimeoutMs,
  })
}
