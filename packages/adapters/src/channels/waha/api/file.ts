import type { OutboundFile, OutboundMedia } from '@switchboard/core'
import { readDataUrl, refused } from '../../../http/index.js'

/** WAHA wants a type for every file. */
const defaultTypes: Readonly<Record<OutboundMedia['type'], string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/mpeg',
  voice: 'audio/ogg; codecs=opus',
  document: 'application/octet-stream',
  sticker: 'image/webp',
}

/** `file` of a request: an address that WAHA fetches, or the bytes as base64. */
export function filePart({ type, media }: OutboundMedia): object {
  const { url, mimeType, filename } = media
  if (url === undefined) throw refused(withoutUrl(media), 'message')
  const inline = readDataUrl(url)
  const given = filename ?? requiredName(type, inline !== undefined)
  const name = given === undefined ? {} : { filename: given }
  if (inline) {
    const data = Buffer.from(inline.bytes).toString('base64')
    return { mimetype: mimeType ?? inline.mimeType, data, ...name }
  }
  if (!/^https?:\/\//i.test(url)) {
    throw refused(
      'The url of a file must begin with http:, https: or data:, and a data: URL must be whole.',
      'message',
    )
  }
  return { mimetype: mimeType ?? defaultTypes[type], url, ...name }
}

/** WAHA's OpenAPI file asks for the name of videos, and of voice notes that come as bytes; these are its examples. */
function requiredName(type: OutboundMedia['type'], isInline: boolean): string | undefined {
  if (type === 'video') return 'video.mp4'
  return type === 'voice' && isInline ? 'voice-message.mp3' : undefined
}

function withoutUrl({ id }: OutboundFile): string {
  return id === undefined
    ? 'The file has no url: give an address, or the file itself as a data: URL.'
    : 'WAHA keeps no files under ids: give the url of the file, or the file itself as a data: URL.'
}
