export interface DataUrl {
  /** `image/png`; absent when the URL names none. */
  readonly mimeType?: string
  readonly bytes: Uint8Array
}

const form = /^data:([^,]*?)(;base64)?,(.*)$/is

/** The file within a `data:` URL (RFC 2397); `undefined` for any other address, and for broken escapes. */
export function readDataUrl(url: string): DataUrl | undefined {
  const [, mimeType, base64, data] = form.exec(url) ?? []
  if (data === undefined) return undefined
  const bytes = base64 ? Buffer.from(data, 'base64') : percentDecoded(data)
  if (!bytes) return undefined
  return mimeType ? { mimeType, bytes } : { bytes }
}

function percentDecoded(data: string): Uint8Array | undefined {
  try {
    return Buffer.from(decodeURIComponent(data))
  } catch {
    return undefined
  }
}
