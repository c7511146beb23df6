import { asFields, asId } from '../../../values.js'
import { readKey } from '../ids.js'

export interface SentKey {
  readonly stanza: string
  /** In full, where the engine gives it so. */
  readonly fullId?: string
}

/**
 * The id of the message that was sent. The answer is WAHA's message in the OpenAPI file, and the engine's own in some
 * engines: Baileys' `key`, whatsapp-web.js' `id` object.
 */
export function sentKeyOf(content: unknown): SentKey | undefined {
  const fields = asFields(content)
  for (const value of [fields?.id, fields?.key, asFields(fields?._data)?.id]) {
    const key = readKey(value)
    if (!key) continue
    const fullId = key.chat === undefined ? undefined : (asId(value) ?? asId(asFields(value)?._serialized))
    return fullId === undefined ? { stanza: key.stanza } : { stanza: key.stanza, fullId }
  }
  return undefined
}
