import fc from 'fast-check'

/** Where something stands in a JSON value. */
export type Path = readonly (string | number)[]

/** Every place in a value, the value itself first. */
export function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  const inner = keys.flatMap(key => pathsOf((value as Record<string | number, unknown>)[key], [...path, key]))
  return [path, ...inner]
}

/** A copy in which one place holds something else, or nothing. A place that is not there any more changes nothing. */
export function replace(value: unknown, path: Path, replacement: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return replacement
  if (typeof value !== 'object' || value === null) return value
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string | number, unknown>
  copy[key] = replace(copy[key], rest, replacement)
  return copy
}

/** What a place may hold instead: nothing, another type, what trips up parsers and stores, any other JSON. */
export function hostileValues(...more: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(undefined, null, '', 0, -1, 1e300, true, [], {}, [null]),
    fc.constantFrom<unknown>('__proto__', 'constructor', '\u0000\ud800', ...more),
    fc.jsonValue({ maxDepth: 2 }),
  )
}
