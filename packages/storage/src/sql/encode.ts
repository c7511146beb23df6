import { StoreError } from '@switchboard/core'

/**
 * A NUL or a lone surrogate as `JSON.stringify` escapes it, with the escaped backslashes before it. An odd backslash makes
 * the escape; behind an even number of them the same letters are text.
 */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g

/**
 * A parameter for the database: JSON without NUL and lone surrogates, which `jsonb` refuses wherever they are, in names and
 * keys too. They become U+FFFD, as `cleanText` does it.
 *
 * @throws {StoreError} `store_data` when the value cannot be written as JSON
 */
export function encode(value: unknown): string {
  const json = toJson(value)
  return json.includes('\\u') ? json.replace(unstorable, '$1\ufffd') : json
}

/** A provider's own object as text: unchanged, since a text takes the escapes as they are. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    throw new StoreError(
      'store_data',
      'A value cannot be written as JSON: it is circular, too deep, or holds a BigInt.',
      {
        cause: error,
      },
    )
  }
}
