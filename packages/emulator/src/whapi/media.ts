import { randomBytes } from 'node:crypto'
import type { ProviderCall } from '../api/call.js'
import type { Exchange } from '../http/exchange.js'
import { decodePart } from '../http/path.js'
import type { MediaFile } from '../media-store.js'
import type { WhapiChannel } from './channel.js'
import { readForm } from './request.js'
import { WhapiError } from './whapi-error.js'

const DATA_URI = /^data:([^,]*?)(;base64)?,/

/** Keeps a file under an id of Whapi's shape, `jpeg-0123456789abcdef-1789000009`. */
export function keepFile(
  { world }: WhapiChannel,
  file: { mimeType: string; bytes: Uint8Array; filename?: string },
): MediaFile {
  const kind = /\/(?:x-)?([a-z0-9]+)/i.exec(file.mimeType)?.[1] ?? 'file'
  const id = `${kind}-${randomBytes(8).toString('hex')}-${Math.floor(world.now() / 1000)}`
  return world.media.put({ ...file, id })
}

/** What the `media` of a message stands for: a file given along, one uploaded before, or a link that is not fetched. */
export type MediaSource =
  | { readonly bytes: Uint8Array; readonly mimeType: string; readonly filename?: string }
  | { readonly id: string }
  | { readonly link: string }

/** Reads the `media` of a message. Throws 400 or 404. */
export async function readMedia(
  { world }: WhapiChannel,
  media: unknown,
  mimeType: string | undefined,
): Promise<MediaSource> {
  if (media instanceof File) {
    const bytes = new Uint8Array(await media.arrayBuffer())
    return { bytes, mimeType: mimeType ?? (media.type || 'application/octet-stream'), filename: media.name }
  }
  const value = String(media)
  const [prefix, type = ''] = DATA_URI.exec(value) ?? []
  if (prefix !== undefined) {
    const [plain = '', ...parameters] = type.split(';')
    const name = parameters.find(each => each.startsWith('name='))?.slice(5)
    const codecs = parameters.filter(each => !each.startsWith('name=')).map(each => `; ${each}`)
    return {
      bytes: Buffer.from(value.slice(prefix.length), 'base64'),
      mimeType: mimeType ?? `${plain || 'application/octet-stream'}${codecs.join('')}`,
      ...(name !== undefined && { filename: decodePart(name) ?? name }),
    }
  }
  if (/^https?:\/\//.test(value) && URL.canParse(value)) return { link: value }
  if (!/^[a-zA-Z0-9]+-[0-9a-fA-F-]+$/.test(value))
    throw new WhapiError(400, 'media must be a URL, a data URI with base64, or a media id')
  if (!world.media.get(value)) throw new WhapiError(404, 'Specified media not found')
  return { id: value }
}

/** `POST /media`: the raw bytes, a form with the field `file`, or JSON with a data URI. */
export async function readUpload(channel: WhapiChannel, exchange: Exchange): Promise<ProviderCall> {
  const type = exchange.headers['content-type'] ?? ''
  const source = await readUploadSource(channel, exchange, type)
  if (source.bytes.length === 0) throw new WhapiError(400, 'The file is empty')
  return {
    operation: 'media',
    via: [channel.id, 'whapi'],
    body: { _file: { type: source.mimeType, size: source.bytes.length } },
    perform: async () => ({ status: 200, body: { media: [{ id: keepFile(channel, source).id }] } }),
  }
}

async function readUploadSource(
  channel: WhapiChannel,
  exchange: Exchange,
  type: string,
): Promise<Extract<MediaSource, { bytes: Uint8Array }>> {
  if (!/^multipart\/form-data/i.test(type)) {
    if (type === '') throw new WhapiError(415, 'Content-Type must be the type of the file')
    return { bytes: exchange.body, mimeType: type }
  }
  const file = (await readForm(exchange)).get('file')
  if (!(file instanceof File)) throw new WhapiError(400, 'file is required')
  const source = await readMedia(channel, file, undefined)
  return source as Extract<MediaSource, { bytes: Uint8Array }>
}

/** `GET` and `DELETE /media/{id}`. */
export function mediaCall(channel: WhapiChannel, method: string, id: string): ProviderCall {
  const file = channel.world.media.get(id)
  if (!file) throw new WhapiError(404, 'Specified media not found')
  const headers = { 'content-type': file.mimeType }
  return {
    operation: 'media',
    via: [channel.id, 'whapi'],
    perform: async () =>
      method === 'DELETE'
        ? { status: 200, body: { success: channel.world.media.delete(id) } }
        : { status: 200, body: file.bytes, headers },
  }
}
