import { createHash } from 'node:crypto'

/** An id for what the provider gave none: the same parts give the same id, at every delivery. */
export function derivedId(kind: string, parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `${kind}:${hash.slice(0, 32)}`
}
