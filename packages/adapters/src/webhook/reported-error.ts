import type { StatusEvent } from '@switchboard/core'
import { asFields, asId, asList, type Fields } from '../values.js'

/**
 * The first of a webhook's list of errors, as Meta and Whapi write it: `[{ code, … }]`.
 *
 * @param wordsOf the text that says most about it
 */
export function readFirstError(
  value: unknown,
  wordsOf: (error: Fields) => string | undefined,
): StatusEvent['error'] {
  const error = asFields(asList(value)?.[0])
  if (!error) return undefined
  const code = asId(error.code) ?? 'unknown'
  return { code, message: wordsOf(error) ?? `error ${code}` }
}
