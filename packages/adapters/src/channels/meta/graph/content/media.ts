import type { OutboundHeader, OutboundMedia } from '@switchboard/core'
import { asFields } from '../../../../values.js'
import { readOptionalText, readText, readWebUrl, wrong } from './limits.js'

/** Meta, OpenAPI file (v23.0), `MediaObject`. */
const longestCaption = 1024

/** Meta sends voice notes as `audio` with `voice: true`. */
export function mediaPart({ type, media, caption }: OutboundMedia): object {
  const words = readOptionalText(caption, 'caption', longestCaption)
  const { id, url, filename } = asFields(media) ?? {}
  const file = readFile(id, url)
  switch (type) {
    case 'image':
    case 'video':
      return { type, [type]: { ...file, ...(words !== undefined && { caption: words }) } }
    case 'document': {
      const name = readOptionalText(filename, 'media.filename')
      const named = name === undefined ? {} : { filename: name }
      return { type, document: { ...file, ...named, ...(words !== undefined && { caption: words }) } }
    }
    default: {
      if (words !== undefined) throw wrong(`${type} has no caption: send the words as a text.`)
      return type === 'voice' ? { type: 'audio', audio: { ...file, voice: true } } : { type, [type]: file }
    }
  }
}

/** A file above an interactive message: as a message of its own, without a caption. */
export function headerPart({ type, media }: OutboundHeader): object {
  const kinds: readonly unknown[] = ['image', 'video', 'document']
  if (!kinds.includes(type)) throw wrong('header is neither a text nor an image, a video or a document.')
  return mediaPart({ type, media })
}

/** The id wins: it costs Meta no download. */
function readFile(id: unknown, url: unknown): object {
  if (id !== undefined) return { id: readText(id, 'media.id') }
  if (url === undefined) throw wrong('media has neither id nor url.')
  return { link: readWebUrl(url, 'media.url') }
}
