import type { MediaContent, MediaRef } from '@switchboard/core'
import { asId, asWords, type Draft, type Fields } from '../values.js'

/**
 * A file as Meta and Whapi write it: `{ id?, mime_type?, sha256?, caption? }`.
 *
 * @param at where the provider has its address and its name
 * @returns `undefined` when there is nothing to fetch and nothing to read. With a caption alone it stays a media message,
 * since the person's words count
 */
export function readMedia(
  type: MediaContent['type'],
  fields: Fields,
  at: { readonly url: unknown; readonly filename: unknown },
): MediaContent | undefined {
  const media: Draft<MediaRef> = {}
  const id = asId(fields.id)
  if (id !== undefined) media.id = id
  const url = asWords(at.url)
  if (url !== undefined) media.url = url
  const mimeType = asWords(fields.mime_type)
  if (mimeType !== undefined) media.mimeType = mimeType
  const sha256 = asWords(fields.sha256)
  if (sha256 !== undefined) media.sha256 = sha256
  const filename = asWords(at.filename)
  if (filename !== undefined) media.filename = filename
  const caption = asWords(fields.caption)
  if (id === undefined && url === undefined && caption === undefined) return undefined
  return caption === undefined ? { type, media } : { type, media, caption }
}
