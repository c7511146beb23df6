import type { MediaContent, MediaRef } from '@switchboard/core'
import { asId, asWords, type Draft, type Fields } from '../../../values.js'

/**
 * An image, video, sound, document or sticker. The `url` of a webhook is short-lived and needs the bearer token.
 *
 * @returns `undefined` when there is nothing to fetch and nothing to read: over 100 MB Meta sends `errors` instead of
 * an id (131052). With a caption it stays a media message without id, since the person's words count.
 */
export function readMedia(
  type: 'image' | 'video' | 'audio' | 'document' | 'sticker',
  fields: Fields | undefined,
): MediaContent | undefined {
  if (!fields) return undefined
  const media = readMediaRef(fields)
  const caption = asWords(fields.caption)
  if (media.id === undefined && media.url === undefined && caption === undefined) return undefined
  const kind = type === 'audio' && fields.voice === true ? 'voice' : type
  return caption === undefined ? { type: kind, media } : { type: kind, media, caption }
}

function readMediaRef(fields: Fields): MediaRef {
  const media: Draft<MediaRef> = {}
  const id = asId(fields.id)
  if (id !== undefined) media.id = id
  const url = asWords(fields.url)
  if (url !== undefined) media.url = url
  const mimeType = asWords(fields.mime_type)
  if (mimeType !== undefined) media.mimeType = mimeType
  const sha256 = asWords(fields.sha256)
  if (sha256 !== undefined) media.sha256 = sha256
  const filename = asWords(fields.filename)
  if (filename !== undefined) media.filename = filename
  return media
}
