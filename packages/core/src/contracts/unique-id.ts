let lastId = 0

/** An id that no other case of this run uses. */
export function uniqueId(prefix: string): string {
  lastId += 1
  return `${prefix}-${lastId}`
}
