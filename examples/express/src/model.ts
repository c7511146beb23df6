import { groq } from '@switchboard/adapters/groq'
import { offline } from '@switchboard/adapters/offline'
import { openai } from '@switchboard/adapters/openai'
import type { LanguageModel } from '@switchboard/core'
import type { Config } from './config.js'

export interface ChosenModel {
  readonly model: LanguageModel
  /** What the operator should know about the choice. */
  readonly warning?: string
}

/** The model that the variables ask for. Without a key nobody can be asked, so the offline responder answers. */
export function chooseModel(config: Config): ChosenModel {
  switch (config.LLM_PROVIDER ?? guessProvider(config)) {
    case 'openai':
      return openaiModel(config)
    case 'groq':
      return groqModel(config)
    default:
      return { model: offline() }
  }
}

function guessProvider(config: Config): 'openai' | 'groq' | 'offline' {
  if (config.OPENAI_API_KEY !== undefined || config.OPENAI_BASE_URL !== undefined) return 'openai'
  return config.GROQ_API_KEY === undefined ? 'offline' : 'groq'
}

function openaiModel(config: Config): ChosenModel {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, LLM_MODEL: model = 'gpt-5-mini' } = config
  // Servers of one's own, such as Ollama or vLLM, need no key.
  if (apiKey === undefined && baseURL === undefined) return withoutKey('OPENAI_API_KEY')
  return { model: openai({ model, ...(apiKey && { apiKey }), ...(baseURL && { baseURL }) }) }
}

function groqModel(config: Config): ChosenModel {
  const { GROQ_API_KEY: apiKey, GROQ_BASE_URL: baseURL, LLM_MODEL: model = 'openai/gpt-oss-20b' } = config
  if (apiKey === undefined) return withoutKey('GROQ_API_KEY')
  return { model: groq({ model, apiKey, ...(baseURL && { baseURL }) }) }
}

function withoutKey(variable: string): ChosenModel {
  return { model: offline(), warning: `${variable} is not set: the offline responder answers` }
}
