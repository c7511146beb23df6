import type { MediaContent, MediaRef } from '@switchboard/core'
import { asFields, asWords, type Draft, type Fields } from '../../../values.js'
import { kindOf, partOf, protoOf } from './engine-data.js'

/**
 * An image, video, sound, document or sticker; `body` is its caption. `media: null` is a file that WAHA does not download
 * (`WHATSAPP_DOWNLOAD_MEDIA`), or could not: a media message without address.
 *
 * @returns `undefined` when the message has no file
 */
export function readMedia(payload: Fields): MediaContent | undefined {
  const fields = asFields(payload.media)
  if (payload.hasMedia !== true && asWords(fields?.url) === undefined) return undefined
  const media = readMediaRef(payload, fields)
  const type = typeOf(payload, media.mimeType?.toLowerCase() ?? '')
  const caption = asWords(payload.body)
  return caption === undefined ? { type, media } : { type, media, caption }
}

function readMediaRef(payload: Fields, fields: Fields | undefined): MediaRef {
  const media: Draft<MediaRef> = {}
  const url = asWords(fields?.url) ?? asWords(payload.mediaUrl)
  if (url !== undefined) media.url = url
  const part = partOf(protoOf(payload), mediaPart)
  const mimeType = asWords(fields?.mimetype) ?? asWords(part?.mimetype)
  if (mimeType !== undefined) media.mimeType = mimeType
  const filename = asWords(fields?.filename) ?? asWords(part?.fileName)
  if (filename !== undefined) media.filename = filename
  return media
}

const mediaPart = /^(image|video|ptv|audio|document|sticker)Message$/

/** WAHA names no type: the engine's own word first, since documents may hold images and stickers are images too. */
function typeOf(payload: Fields, mimeType: string): MediaContent['type'] {
  const kind = kindOf(payload)
    ?.toLowerCase()
    .replace(/message$/, '')
  const sound = partOf(protoOf(payload), /^audioMessage$/)
  if (sound?.ptt === true || sound?.PTT === true) return 'voice'
  switch (kind) {
    case 'ptt':
      return 'voice'
    case 'ptv':
    case 'gif':
      return 'video'
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return kind
    default:
      return typeOfMimeType(mimeType)
  }
}

/** WhatsApp records voice notes as Opus in Ogg, and hardly anybody shares such files. */
function typeOfMimeType(mimeType: string): MediaContent['type'] {
  const [family] = mimeType.split('/')
  if (family === 'audio') return /^audio\/ogg\b.*\bopus\b/.test(mimeType) ? 'voice' : 'audio'
  return family === 'image' || family === 'video' ? family : 'document'
}
