import type { MediaStore } from '../media-store.js'
import { objectAt, optionalFlagAt, optionalTextAt, webUrl } from './check.js'
import { invalid } from './graph-error.js'

/** What a check may look up. */
export interface ContentContext {
  readonly media: MediaStore
  /** Throws when no such message is known. */
  readonly knownMessage: (id: string, param: string) => void
}

const MAX_CAPTION = 1024

/** Checks `{ id | link, caption?, … }`, of a message or of a header; returns the caption. */
export function checkMedia(
  param: string,
  keys: readonly string[],
  value: unknown,
  { media }: ContentContext,
): string | undefined {
  const object = objectAt(value, param, keys)
  const id = optionalTextAt(object, 'id', param, 128)
  const link = optionalTextAt(object, 'link', param, 2048)
  if ((id === undefined) === (link === undefined))
    throw invalid(`Param ${param} must have either ['id'] or ['link'].`)
  if (link !== undefined) webUrl(link, `${param}['link']`)
  if (id !== undefined && !media.get(id))
    throw invalid(`Param ${param}['id'] is not a valid WhatsApp business account media attachment ID.`)
  optionalFlagAt(object, 'voice', param)
  optionalTextAt(object, 'filename', param, 240)
  return optionalTextAt(object, 'caption', param, MAX_CAPTION)
}
