import { asFields, type Fields } from '../values.js'

/** The JSON object of a body, or `undefined`. */
export function parseBody(body: Uint8Array): Fields | undefined {
  try {
    return asFields(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()))
  } catch {
    return undefined
  }
}
