/** A file in a form. */
export interface FormFile {
  readonly bytes: Uint8Array
  readonly filename: string
  readonly mimeType: string
}

export interface Form {
  readonly contentType: string
  readonly body: Uint8Array
}

/**
 * A `multipart/form-data` body (RFC 7578; names and file names escaped as HTML does it).
 *
 * @param boundary must not occur in the content: make it of 128 random bits, so that nobody can write it into a file
 */
export function multipart(fields: Readonly<Record<string, string | FormFile>>, boundary: string): Form {
  const parts = Object.entries(fields).map(([name, value]) => part(name, value, boundary))
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...parts.flat(), Buffer.from(`--${boundary}--\r\n`)]),
  }
}

const lineBreak = Buffer.from('\r\n')

function part(name: string, value: string | FormFile, boundary: string): Uint8Array[] {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quotable(name)}"`
  if (typeof value === 'string') return [Buffer.from(`${head}\r\n\r\n${value}\r\n`)]
  const { filename, mimeType, bytes } = value
  const type = mimeType.replace(/[\r\n]+/g, ' ')
  const start = `${head}; filename="${quotable(filename)}"\r\nContent-Type: ${type}\r\n\r\n`
  return [Buffer.from(start), bytes, lineBreak]
}

function quotable(text: string): string {
  return text.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}
