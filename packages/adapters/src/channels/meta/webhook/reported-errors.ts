import { asFields, asId, asList, asWords } from '../../../values.js'

export interface ReportedError {
  readonly code: string
  readonly message: string
}

/**
 * The first of a list of errors in a webhook. The most telling text wins: `error_data.details` (for templates
 * `error_data` itself may be the text), then `message`, then `title`.
 */
export function firstError(value: unknown): ReportedError | undefined {
  const error = asFields(asList(value)?.[0])
  if (!error) return undefined
  const code = asId(error.code) ?? 'unknown'
  const details = asWords(asFields(error.error_data)?.details) ?? asWords(error.error_data)
  return { code, message: details ?? asWords(error.message) ?? asWords(error.title) ?? `error ${code}` }
}
