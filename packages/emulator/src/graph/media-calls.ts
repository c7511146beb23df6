import type { ProviderCall } from '../api/call.js'
import type { Exchange } from '../http/exchange.js'
import type { MediaFile } from '../media-store.js'
import type { World } from '../world.js'
import { isBearer } from './authorize.js'
import { GraphError, missing, unknownObject } from './graph-error.js'

const MEGABYTE = 1024 * 1024

/** What may be uploaded, and how large (Meta, "Media"). Sticker sizes are those of animated ones. */
const LIMITS: Readonly<Record<string, number>> = {
  'audio/aac': 16 * MEGABYTE,
  'audio/amr': 16 * MEGABYTE,
  'audio/mpeg': 16 * MEGABYTE,
  'audio/mp4': 16 * MEGABYTE,
  'audio/ogg': 16 * MEGABYTE,
  'image/jpeg': 5 * MEGABYTE,
  'image/png': 5 * MEGABYTE,
  'image/webp': 500 * 1024,
  'video/3gpp': 16 * MEGABYTE,
  'video/mp4': 16 * MEGABYTE,
  'text/plain': 100 * MEGABYTE,
  'application/pdf': 100 * MEGABYTE,
  'application/msword': 100 * MEGABYTE,
  'application/vnd.ms-excel': 100 * MEGABYTE,
  'application/vnd.ms-powerpoint': 100 * MEGABYTE,
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 100 * MEGABYTE,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 100 * MEGABYTE,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 100 * MEGABYTE,
}

/** The largest upload there is, with room for the form around it. */
export const MAX_UPLOAD_BYTES = 101 * MEGABYTE

/** `POST /{version}/{phone number id}/media`, multipart: messaging_product, file, type. */
export async function readUpload(world: World, exchange: Exchange): Promise<ProviderCall> {
  const form = await readForm(exchange)
  if (form.get('messaging_product') !== 'whatsapp') throw missing('messaging_product')
  const file = form.get('file')
  if (!(file instanceof Blob)) throw missing('file')
  const declared = form.get('type')
  const type = typeof declared === 'string' && declared !== '' ? declared : file.type
  const mimeType = type.trim().toLowerCase()
  const plainType = mimeType.split(';')[0]?.trim() ?? ''
  const limit = LIMITS[plainType]
  if (limit === undefined) {
    const details = `Param file must be a file with one of the following types: ${Object.keys(LIMITS).join(', ')}. Received file of type '${type}'.`
    throw new GraphError(100, { message: `(#100) ${details}` })
  }
  if (file.size === 0 || file.size > limit)
    throw new GraphError(131053, {
      details: `File size must be between 1 and ${limit} bytes; it is ${file.size}.`,
    })
  const bytes = new Uint8Array(await file.arrayBuffer())
  return {
    operation: 'media',
    via: ['meta'],
    body: {
      _multipart: {
        messaging_product: 'whatsapp',
        type: mimeType,
        file: { name: file.name, size: file.size },
      },
    },
    perform: async () => {
      const stored = world.media.put({ mimeType, bytes, filename: file.name })
      return { status: 200, body: { id: stored.id } }
    },
  }
}

async function readForm(exchange: Exchange): Promise<FormData> {
  const type = exchange.headers['content-type'] ?? ''
  if (!type.toLowerCase().startsWith('multipart/form-data'))
    throw new GraphError(100, { details: `The request must be multipart/form-data, not "${type}".` })
  try {
    return await new Response(new Uint8Array(exchange.body), { headers: { 'content-type': type } }).formData()
  } catch (cause) {
    throw new GraphError(100, { details: `The form could not be read: ${String(cause)}` })
  }
}

/** `GET` and `DELETE /{version}/{media id}`; undefined when the id is no media. */
export function readMediaLookup(
  world: World,
  method: string,
  id: string,
  url: URL,
): ProviderCall | undefined {
  const file = world.media.get(id)
  if (!file || (method !== 'GET' && method !== 'DELETE')) return undefined
  const owner = url.searchParams.get('phone_number_id')
  if (owner !== null && !world.settings.numbers.some(each => each.phoneNumberId === owner))
    throw unknownObject(id, method)
  return {
    operation: 'media',
    via: ['meta'],
    perform: async () => {
      if (method === 'DELETE') return { status: 200, body: { success: world.media.delete(id) } }
      const found = { mime_type: file.mimeType, sha256: file.sha256.hex, file_size: file.bytes.length, id }
      return {
        status: 200,
        body: { messaging_product: 'whatsapp', url: fileUrl(world, file, url), ...found },
      }
    },
  }
}

/** On the host that was asked: the emulator may be known by other names than the one it listens on. */
function fileUrl(world: World, file: MediaFile, { origin }: URL): string {
  const { pathname, search } = new URL(world.media.urlOf(file))
  return `${origin}${pathname}${search}`
}

/** The download itself. A wrong token, a dead link or no User-Agent is answered with an HTML page. */
export function readDownload(world: World, exchange: Exchange): ProviderCall {
  if (!isBearer(exchange.headers.authorization, world.settings.accessToken))
    throw pageError(401, 'Unauthorized')
  if (!exchange.headers['user-agent']) throw pageError(400, 'Bad Request')
  const file = world.media.open(exchange.url)
  if (!file) throw pageError(404, 'Not Found')
  const name = encodeURIComponent(file.filename ?? file.id)
  const headers = {
    'content-type': file.mimeType,
    'content-disposition': `attachment; filename*=UTF-8''${name}`,
  }
  return {
    operation: 'media',
    via: ['meta'],
    perform: async () => ({ status: 200, body: file.bytes, headers }),
  }
}

function pageError(status: number, page: string): GraphError {
  return new GraphError(100, { status, page, message: `The media could not be downloaded: ${page}` })
}
