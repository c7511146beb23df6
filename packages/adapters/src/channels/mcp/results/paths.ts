import { asFields } from '../../../values.js'

/** Where a value stands in an object, with dots: `last_message.timestamp`. Of several the first that holds one counts. */
export type Paths = readonly string[]

function at(record: unknown, path: string): unknown {
  let value = record
  for (const key of path.split('.')) value = asFields(value)?.[key]
  return value
}

/** The first of the paths where `read` finds something. */
export function find<T>(
  record: unknown,
  paths: Paths,
  read: (value: unknown) => T | undefined,
): T | undefined {
  for (const path of paths) {
    const value = read(at(record, path))
    if (value !== undefined) return value
  }
  return undefined
}
