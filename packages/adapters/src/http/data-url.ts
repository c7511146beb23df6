/** The file that a `data:` URL is (RFC 2397). */
export interface DataFile {
  readonly mimeType: string
  readonly bytes: Uint8Array
}

/** @returns `undefined` for what is no `data:` URL, or a broken one */
export function readDataUrl(url: string): DataFile | undefined {
  const comma = url.indexOf(',')
  if (comma === -1 || !isDataUrl(url)) return undefined
  const [type = '', ...parameters] = url.slice('data:'.length, comma).split(';')
  const encoded = parameters.at(-1)?.trim().toLowerCase() === 'base64'
  if (encoded) parameters.pop()
  const bytes = encoded ? fromBase64(url.slice(comma + 1)) : fromPercent(url.slice(comma + 1))
  if (!bytes) return undefined
  // Without a type it is a plain text, says the RFC.
  const mimeType = [type.trim() || 'text/plain', ...parameters.map(parameter => parameter.trim())].join(';')
  return { mimeType, bytes }
}

export function isDataUrl(url: string): boolean {
  return /^data:/i.test(url)
}

function fromBase64(text: string): Uint8Array | undefined {
  const plain = text.includes('%') ? fromPercent(text)?.toString('latin1') : text
  // `from` skips what it does not know: half a file would be sent without a word.
  if (plain === undefined || /[^\w+/\-\s=]|=[\w+/-]/.test(plain)) return undefined
  return Buffer.from(plain, 'base64')
}

function fromPercent(text: string): Buffer | undefined {
  const bytes = Buffer.from(text)
  if (!bytes.includes(0x25)) return bytes
  const parts = text.split('%')
  const decoded = [Buffer.from(parts[0] ?? '')]
  for (const part of parts.slice(1)) {
    if (!/^[\da-f]{2}/i.test(part)) return undefined
    decoded.push(Buffer.from(part.slice(0, 2), 'hex'), Buffer.from(part.slice(2)))
  }
  return Buffer.concat(decoded)
}
