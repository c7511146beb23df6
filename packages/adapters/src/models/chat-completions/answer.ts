import { cleanText, type Generated, ModelError, type Usage } from '@switchboard/core'
import { isRecord } from './json.js'

/**
 * Reads a chat completion. No text (null content, a refusal, a tool call) is an answer with an empty text: what to
 * say instead is the responder's business. A refusal's own words are not passed on and its `finishReason` is `other`.
 *
 * @throws {ModelError} retryable, when the body is not a chat completion
 */
export function readAnswer(provider: string, body: unknown): Generated {
  const choices = isRecord(body) ? body.choices : undefined
  if (!isRecord(body) || !Array.isArray(choices)) {
    throw malformed(
      provider,
      'something other than a chat completion; check that `baseURL` is the root of the API',
    )
  }
  const choice: unknown = choices[0]
  const message = isRecord(choice) ? choice.message : undefined
  if (!isRecord(choice) || !isRecord(message)) throw malformed(provider, 'a chat completion without a choice')

  const refused = typeof message.refusal === 'string' && message.refusal !== ''
  const finishReason = refused ? 'other' : readFinishReason(choice.finish_reason)
  const usage = readUsage(body.usage)
  return {
    text: cleanText(withoutThinking(readContent(message.content))),
    ...(usage && { usage }),
    ...(finishReason && { finishReason }),
    ...(typeof body.model === 'string' && body.model !== '' && { modelId: body.model }),
  }
}

/** A string, or the list of parts that some servers answer with. */
function readContent(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) => (isRecord(part) && typeof part.text === 'string' ? part.text : ''))
    .join('')
}

/**
 * Reasoning models put their thoughts before the answer unless the server separates them (Groq: `reasoning_format`
 * `raw`; vLLM and LM Studio without a reasoning parser). No customer should read them; cut off before the end of the
 * thoughts, nothing is left.
 */
function withoutThinking(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?(<\/think>\s*|$)/, '')
}

function readFinishReason(value: unknown): Generated['finishReason'] {
  if (value === 'stop' || value === 'length') return value
  return value === undefined || value === null ? undefined : 'other'
}

function readUsage(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined
  const inputTokens = readCount(value.prompt_tokens)
  const outputTokens = readCount(value.completion_tokens)
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
  }
}

function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function malformed(provider: string, what: string): ModelError {
  return new ModelError(`${provider} answered with ${what}.`, { retryable: true })
}
