import { type SendsUnderWay, sendsUnderWay } from '../../webhook/sends-under-way.js'

/** Where other tools use the token too: what tells our own messages from theirs. It is this process's knowledge alone. */
export interface OwnSends extends SendsUnderWay {
  has(providerId: string): boolean
  add(providerId: string): void
}

/** Echoes come within seconds. */
const mostIds = 10_000

export function openOwnSends(): OwnSends {
  const ids = new Set<string>()
  return {
    ...sendsUnderWay(),
    has: id => ids.has(id),
    add(id) {
      ids.add(id)
      if (ids.size <= mostIds) return
      const [oldest] = ids
      if (oldest !== undefined) ids.delete(oldest)
    },
  }
}
