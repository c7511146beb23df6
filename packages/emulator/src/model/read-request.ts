import { asObjects, asString, compact, isObject, type JsonObject, parseJson } from '../json.js'
import type { ModelMessage } from './answer.js'

/** A refusal in OpenAI's error shape. */
export class ModelApiError extends Error {
  override readonly name = 'ModelApiError'

  constructor(
    readonly status: number,
    message: string,
    readonly options: {
      type?: string
      code?: string | null
      param?: string | null
      retryAfter?: number
    } = {},
  ) {
    super(message)
  }
}

export interface ChatRequest {
  readonly model: string
  readonly messages: readonly ModelMessage[]
  readonly stream: boolean
  readonly includeUsage: boolean
  /** `max_completion_tokens` or `max_tokens`. */
  readonly maxTokens: number | undefined
  readonly body: JsonObject
}

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function']

/** Checks the body of a chat completion (OpenAI, "Create chat completion"). Throws a ModelApiError. */
export function readChatRequest(text: string): ChatRequest {
  const body = parseJson(text)
  if (!isObject(body)) throw invalid('We could not parse the JSON body of your request.', null)
  const model = asString(body.model)
  if (!model) throw invalid('you must provide a model parameter', 'model')
  if (!Array.isArray(body.messages) || body.messages.length === 0)
    throw invalid("Missing required parameter: 'messages'.", 'messages')
  const messages = body.messages.map(readMessage)
  requireNumber(body, 'temperature', 0, 2)
  requireNumber(body, 'top_p', 0, 1)
  requireNumber(body, 'max_tokens', 1, Number.MAX_SAFE_INTEGER)
  requireNumber(body, 'max_completion_tokens', 1, Number.MAX_SAFE_INTEGER)
  const limit = body.max_completion_tokens ?? body.max_tokens
  return {
    model,
    messages,
    stream: body.stream === true,
    includeUsage: isObject(body.stream_options) && body.stream_options.include_usage === true,
    maxTokens: typeof limit === 'number' ? limit : undefined,
    body,
  }
}

function readMessage(value: unknown, position: number): ModelMessage {
  const param = `messages[${position}]`
  if (!isObject(value)) throw invalid(`Invalid type for '${param}': expected an object.`, param)
  const role = asString(value.role)
  if (role === undefined || !ROLES.includes(role))
    throw invalid(
      `Invalid value: '${String(value.role)}'. Supported values are: ${ROLES.join(', ')}.`,
      `${param}.role`,
    )
  const { content } = value
  const callsTools = role === 'assistant' && value.tool_calls !== undefined
  if (typeof content !== 'string' && !Array.isArray(content) && !callsTools)
    throw invalid(
      `Invalid value for 'content': expected a string, got ${content === undefined ? 'nothing' : typeof content}.`,
      `${param}.content`,
    )
  const parts = asObjects(content).flatMap(part => asString(part.text) ?? [])
  return compact({
    role,
    content: typeof content === 'string' ? content : parts.join('\n'),
    name: asString(value.name),
  })
}

function requireNumber(body: JsonObject, key: string, min: number, max: number): void {
  const value = body[key]
  if (value === undefined || value === null) return
  if (typeof value !== 'number') throw invalid(`Invalid type for '${key}': expected a number.`, key)
  if (value < min || value > max)
    throw invalid(`Invalid '${key}': expected a value between ${min} and ${max}.`, key)
}

function invalid(message: string, param: string | null): ModelApiError {
  return new ModelApiError(400, message, { param })
}
