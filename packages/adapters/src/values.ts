/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>

/** The longest id that is believed. Meta's are at most 128 characters, BSUIDs 135; stores keep 512. */
const longestId = 512

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A text that says something. */
export function asWords(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** An id. Some come as JSON numbers (Meta's OpenAPI file, group examples). */
export function asId(value: unknown): string | undefined {
  if (typeof value === 'string') return value !== '' && value.length <= longestId ? value : undefined
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined
}

export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** Yes or no, as JSON, as 1 and 0, or as text: `"true"`, Python's `"True"`. */
export function asFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  switch (typeof value === 'string' ? value.toLowerCase() : value) {
    case 1:
    case '1':
    case 'true':
      return true
    case 0:
    case '0':
    case 'false':
      return false
    default:
      return undefined
  }
}

/** Fields of an object that is being put together. */
export type Draft<T> = { -readonly [Key in keyof T]: T[Key] }

/** Whether a JSON value nests deeper than `levels`. Stores and serialisers recurse, so depth is bounded here. */
export function nestsDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some(item => nestsDeeperThan(item, levels - 1))
  const fields = value as Fields
  for (const key in fields) if (nestsDeeperThan(fields[key], levels - 1)) return true
  return false
}
