import type { UnsupportedContent } from '@switchboard/core'
import { asFields, asWords, type Draft, type Fields } from '../../../values.js'
import { firstError } from './reported-errors.js'

/** A message whose content cannot be told: kept, with the name of its kind and Meta's reason where there is one. */
export function unsupported(
  type: string | undefined,
  message: Fields,
  valueErrors: unknown,
): UnsupportedContent {
  const content: Draft<UnsupportedContent> = { type: 'unsupported' }
  const kind = kindOf(type, message)
  if (kind !== undefined) content.kind = kind
  const reason = (firstError(message.errors) ?? firstError(valueErrors))?.message
  if (reason !== undefined) content.reason = reason
  return content
}

/** The finest name: `unsupported` messages may carry `unsupported.type`, interactive ones always have a type of their own. */
function kindOf(type: string | undefined, message: Fields): string | undefined {
  if (type === 'unsupported') return asWords(asFields(message.unsupported)?.type)
  if (type === 'interactive') return asWords(asFields(message.interactive)?.type) ?? type
  return type
}
