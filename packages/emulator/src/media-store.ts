import { createHash } from 'node:crypto'
import type { Ids } from './ids.js'

/** A stored file. */
export interface MediaFile {
  readonly id: string
  readonly mimeType: string
  readonly filename?: string
  readonly bytes: Uint8Array
  /** Of the bytes. Webhooks carry it in base64, `GET /{media id}` in hex (as the contract's examples show). */
  readonly sha256: { readonly hex: string; readonly base64: string }
}

export interface MediaStore {
  /** Keeps a file, under an id of Meta's shape unless one is given. */
  put(file: { mimeType: string; bytes: Uint8Array; filename?: string; id?: string }): MediaFile
  get(id: string): MediaFile | undefined
  delete(id: string): boolean
  /** A download URL of five minutes, as Meta's: `…/whatsapp_business/attachments/?mid=…&ext=…&hash=…`. */
  urlOf(file: MediaFile, source?: 'webhook'): string
  /** The file behind such a URL; undefined when the hash is wrong or the time is over. */
  open(url: URL): MediaFile | undefined
  reset(): void
}

const URL_LIFETIME_SECONDS = 300

export function createMediaStore(ids: Ids, now: () => number, origin: () => string): MediaStore {
  const files = new Map<string, MediaFile>()
  const secret = ids.token()

  function sign(id: string, expires: string): string {
    return createHash('sha256').update(`${secret}:${id}:${expires}`).digest('base64url').slice(0, 24)
  }

  return {
    put(file) {
      const digest = createHash('sha256').update(file.bytes).digest()
      const sha256 = { hex: digest.toString('hex'), base64: digest.toString('base64') }
      const stored = { ...file, id: file.id ?? ids.media(), sha256 }
      files.set(stored.id, stored)
      return stored
    },
    get: id => files.get(id),
    delete: id => files.delete(id),
    urlOf(file, source) {
      const expires = String(Math.floor(now() / 1000) + URL_LIFETIME_SECONDS)
      const url = new URL('/whatsapp_business/attachments/', origin())
      url.searchParams.set('mid', file.id)
      if (source) url.searchParams.set('source', source)
      url.searchParams.set('ext', expires)
      url.searchParams.set('hash', sign(file.id, expires))
      return url.href
    },
    open(url) {
      const id = url.searchParams.get('mid') ?? ''
      const expires = url.searchParams.get('ext') ?? ''
      if (url.searchParams.get('hash') !== sign(id, expires) || Number(expires) * 1000 < now())
        return undefined
      return files.get(id)
    },
    reset: () => files.clear(),
  }
}
