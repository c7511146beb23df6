import { asFields, asList, asNumber, asText, asWords, type Fields } from '../../../values.js'

/** What a tool answered: data as far as it could be read as such, else prose. */
export type ToolResult =
  | { readonly kind: 'data'; readonly data: unknown }
  | { readonly kind: 'prose'; readonly text: string }
  | ToolFailure

/** The tool ran, or was refused, and says that it failed. */
export interface ToolFailure {
  readonly kind: 'failure'
  /** In the server's words. They may repeat what was asked. */
  readonly words: string
  /** Of the API behind the tool, where the tool passes it on. */
  readonly status?: number
}

/**
 * Reads the result of `tools/call` (MCP, "Tools", "Tool Result"): `structuredContent` if there is any, else the blocks, which
 * hold a JSON value, one value each, JSON in a fence, or prose. What public servers were seen to wrap around it is taken off:
 * `{result}` (Python SDK), `{status, response}` (WAHA, as a JSON text), `{status, content}` (Whapi).
 *
 * Failures come as `isError`, as `success: false`, as a status of 400 and more inside, and as text that begins with `Error`.
 */
export function readResult(result: unknown): ToolResult {
  const fields = asFields(result)
  const texts = textsOf(fields?.content)
  if (fields?.isError === true) return { kind: 'failure', words: texts.join('\n') }
  const structured = asFields(fields?.structuredContent)
  return structured ? fromData(unwrapOnly(structured)) : fromTexts(texts)
}

function textsOf(content: unknown): string[] {
  return (asList(content) ?? []).flatMap(block => {
    const fields = asFields(block)
    const text = asText(fields?.text) ?? asText(asFields(fields?.resource)?.text)
    return text === undefined ? [] : [text]
  })
}

/** The Python SDK wraps whatever is no object in `{result}`. */
function unwrapOnly(structured: Fields): unknown {
  return 'result' in structured && Object.keys(structured).length === 1 ? structured.result : structured
}

function fromTexts(texts: readonly string[]): ToolResult {
  const [only = ''] = texts
  if (texts.length <= 1) return fromText(only)
  const values = texts.map(parseJson)
  if (values.every(value => value !== undefined)) return fromData(values)
  return fromText(texts.join('\n'))
}

function fromText(text: string): ToolResult {
  const value = parseJson(text)
  if (value !== undefined && typeof value !== 'string') return fromData(value)
  const words = typeof value === 'string' ? value : text
  return /^\s*error\b/i.test(words) ? { kind: 'failure', words } : { kind: 'prose', text: words }
}

/** A JSON value, bare or in a Markdown fence; a bare number or word is prose. */
function parseJson(text: string): unknown {
  const fenced = /^\s*```[a-z]*\s*\n([\s\S]*?)\n?\s*```\s*$/i.exec(text)
  const inside = (fenced?.[1] ?? text).trim()
  if (!/^[[{"]/.test(inside)) return undefined
  try {
    return JSON.parse(inside)
  } catch {
    return undefined
  }
}

function fromData(data: unknown): ToolResult {
  if (typeof data === 'string') return fromText(data)
  const fields = asFields(data)
  if (!fields) return { kind: 'data', data }
  const wrapped = fromWrapped(fields)
  if (wrapped) return wrapped
  const failed = ['success', 'sent', 'ok'].some(key => fields[key] === false)
  if (failed || tellsOnlyAnError(fields)) return { kind: 'failure', words: wordsOf(fields) }
  return { kind: 'data', data }
}

function tellsOnlyAnError(fields: Fields): boolean {
  if (asWords(fields.error) === undefined && !asFields(fields.error)) return false
  return fields.success !== true && !('id' in fields) && !Object.values(fields).some(Array.isArray)
}

function fromWrapped(fields: Fields): ToolResult | undefined {
  const status = asNumber(fields.status)
  const key = ['response', 'content'].find(name => name in fields)
  if (status === undefined || key === undefined || typeof fields.status !== 'number') return undefined
  const inside = fields[key]
  if (status < 400) return typeof inside === 'string' ? fromText(inside) : fromData(inside)
  const parsed = typeof inside === 'string' ? (parseJson(inside) ?? inside) : inside
  return { kind: 'failure', words: asText(parsed) ?? wordsOf(asFields(parsed) ?? {}), status }
}

function wordsOf(fields: Fields): string {
  const error = asFields(fields.error)
  const words = asWords(fields.message) ?? asWords(fields.error) ?? asWords(error?.message)
  return words ?? asWords(asFields(fields.message)?.message) ?? ''
}
