import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '@switchboard/core'
import type { Database } from './database.js'
import { encode } from './encode.js'
import { isWorthRetrying, toStoreError } from './errors.js'

/** Calls one function of the schema `switchboard` in one round trip and gives back the JSON that it returns. */
export type Call = <Result>(name: string, ...parameters: readonly unknown[]) => Promise<Result>

const mostTries = 6

/** @throws {StoreError} from every call; deadlocks are tried again first */
export function createCall(database: Database): Call {
  return async <Result>(name: string, ...parameters: readonly unknown[]): Promise<Result> => {
    const values = parameters.map(encode)
    const places = values.map((_, index) => `$${index + 1}`).join(', ')
    // As text: whatever parsers for JSON the pool was given do not matter.
    const text = `select switchboard.${name}(${places})::text as result`
    // Says all that the text says: two statements of one name are the same, whichever version of this code prepared them.
    const statement = `switchboard.${name}/${values.length}`
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [row] = await database.run(text, values, statement)
        return parse(row?.result) as Result
      } catch (error) {
        if (!isWorthRetrying(error) || attempt === mostTries) throw toStoreError(error)
        // Both sides of a deadlock come back: not at the same moment.
        await sleep(Math.random() * 10 * 2 ** attempt)
      }
    }
  }
}

function parse(result: unknown): unknown {
  if (result === null || result === undefined) return null
  if (typeof result === 'string') return JSON.parse(result)
  throw new StoreError('store_failed', 'The database driver did not return a text: pass a plain `pg` pool.')
}
