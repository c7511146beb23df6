import type { ProviderCall } from '../api/call.js'
import type { MediaFile } from '../media-store.js'
import type { WahaSession } from './session.js'
import { WahaError } from './waha-error.js'

const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/ogg': 'oga',
  'audio/mpeg': 'mp3',
  'image/jpeg': 'jpeg',
  'application/pdf': 'pdf',
}

/** Where the file of a message can be fetched, with the API key, for as long as the session keeps files. */
export function fileUrl(session: WahaSession, stanza: string, file: MediaFile): string {
  const plain = file.mimeType.split(';')[0]?.trim() ?? ''
  const name = `${stanza}.${EXTENSIONS[plain] ?? plain.split('/')[1] ?? 'bin'}`
  const { files, filesLifetimeMs, world } = session
  const until = filesLifetimeMs === 0 ? Infinity : world.now() + filesLifetimeMs
  files.set(name, { mediaId: file.id, until })
  return `${world.origin()}/api/files/${encodeURIComponent(session.name)}/${name}`
}

/** `GET /api/files/{session}/{name}`. */
export function fileCall(session: WahaSession, name: string): ProviderCall {
  const { files, world } = session
  const kept = files.get(name)
  const file = kept && kept.until >= world.now() ? world.media.get(kept.mediaId) : undefined
  if (!file) {
    const message = 'File not found'
    throw new WahaError(404, message, { error: { code: 404, key: 'FILE_NOT_FOUND', message } })
  }
  const headers = { 'content-type': file.mimeType }
  return {
    operation: 'media',
    via: [session.name, 'waha'],
    perform: async () => ({ status: 200, body: file.bytes, headers }),
  }
}
