import type { MediaContent } from '@switchboard/core'
import type { Fields } from '../../../values.js'
import { readMedia } from '../../../webhook/media.js'

/**
 * An image, video, sound, document or sticker. The `url` of a webhook is short-lived and needs the bearer token. Over 100 MB
 * Meta sends `errors` instead of an id (131052).
 *
 * @returns `undefined` when there is nothing to fetch and nothing to read
 */
export function readFile(
  type: 'image' | 'video' | 'audio' | 'document' | 'sticker',
  fields: Fields | undefined,
): MediaContent | undefined {
  const kind = type === 'audio' && fields?.voice === true ? 'voice' : type
  return fields && readMedia(kind, fields, { url: fields.url, filename: fields.filename })
}
