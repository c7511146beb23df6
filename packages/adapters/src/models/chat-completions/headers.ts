/** One header of whatever the client's `fetch` calls headers; `undefined` when absent. */
export function readHeader(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null || !('get' in headers)) return undefined
  if (typeof headers.get !== 'function') return undefined
  const value: unknown = headers.get(name)
  return typeof value === 'string' ? value : undefined
}
