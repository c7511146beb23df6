import type { JsonObject } from '../json.js'
import type { ModelAnswer, ModelUsage } from './answer.js'
import type { ChatRequest } from './read-request.js'

/** An answer worked out in full, before it is put into one of the two wire shapes. */
export interface Completion {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly text: string | null
  readonly toolCalls: readonly JsonObject[]
  readonly finishReason: string
  readonly usage: JsonObject
}

const CHARACTERS_PER_TOKEN = 4

export function complete(
  request: ChatRequest,
  answer: Exclude<ModelAnswer, string>,
  id: string,
  now: number,
): Completion {
  const full = answer.text ?? ''
  const limit = request.maxTokens === undefined ? full.length : request.maxTokens * CHARACTERS_PER_TOKEN
  const text = full.slice(0, limit)
  const toolCalls = (answer.toolCalls ?? []).map((call, index) => ({
    id: call.id ?? `call_${id}_${index}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }))
  const reason = toolCalls.length > 0 ? 'tool_calls' : text.length < full.length ? 'length' : 'stop'
  return {
    id: `chatcmpl-${id}`,
    created: Math.floor(now / 1000),
    model: request.model,
    text: toolCalls.length > 0 && answer.text === undefined ? null : text,
    toolCalls,
    finishReason: answer.finishReason ?? reason,
    usage: usageOf(answer.usage ?? estimate(request, text)),
  }
}

/** The body of an answer that is not streamed. */
export function completionBody(completion: Completion): JsonObject {
  const { id, created, model, text, toolCalls, finishReason, usage } = completion
  const calls = toolCalls.length > 0 ? { tool_calls: toolCalls } : {}
  const message = { role: 'assistant', content: text, refusal: null, ...calls }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason }]
  return { id, object: 'chat.completion', created, model, choices, usage, system_fingerprint: 'fp_emulator' }
}

/** The events of a streamed answer, word by word; the last is `[DONE]`. */
export function completionChunks(completion: Completion, includeUsage: boolean): string[] {
  const { id, created, model, text, toolCalls, finishReason, usage } = completion
  const chunk = (delta: JsonObject, reason: string | null = null): JsonObject => ({
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: [{ index: 0, delta, finish_reason: reason }],
  })
  const words = (text ?? '').match(/\S+\s*|\s+/g) ?? []
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    ...words.map(word => chunk({ content: word })),
    ...toolCalls.map((call, index) => chunk({ tool_calls: [{ index, ...call }] })),
    chunk({}, finishReason),
  ]
  if (includeUsage) chunks.push({ id, object: 'chat.completion.chunk', created, model, choices: [], usage })
  return [...chunks.map(each => JSON.stringify(each)), '[DONE]'].map(data => `data: ${data}\n\n`)
}

function estimate(request: ChatRequest, text: string): ModelUsage {
  const asked = request.messages.reduce((total, message) => total + message.content.length, 0)
  return {
    promptTokens: Math.max(1, Math.ceil(asked / CHARACTERS_PER_TOKEN)),
    completionTokens: Math.ceil(text.length / CHARACTERS_PER_TOKEN),
  }
}

function usageOf({ promptTokens, completionTokens }: ModelUsage): JsonObject {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}
