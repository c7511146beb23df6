import type { StatusEvent } from '@switchboard/core'
import { asFields, asWords } from '../../../values.js'
import { readFirstError } from '../../../webhook/reported-error.js'

/**
 * The first of a list of errors in a webhook. The most telling text wins: `error_data.details` (for templates
 * `error_data` itself may be the text), then `message`, then `title`.
 */
export function firstError(value: unknown): StatusEvent['error'] {
  return readFirstError(
    value,
    ({ error_data, message, title }) =>
      asWords(asFields(error_data)?.details) ?? asWords(error_data) ?? asWords(message) ?? asWords(title),
  )
}
