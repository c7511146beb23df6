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
  /** A hash that only this store can make, for links that cannot be guessed. */
  sign(words: string): string
  reset(): void
}

export function createMediaStore(ids: Ids): MediaStore {
  const files = new Map<string, MediaFile>()
  const secret = ids.token()

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
    sign: words => createHash('sha256').update(`${secret}:${words}`).digest('base64url').slice(0, 24),
    reset: () => files.clear(),
  }
}
