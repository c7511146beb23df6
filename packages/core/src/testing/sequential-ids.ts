import type { GenerateId } from '../ports/index.js'

/**
 * Ids that a test can foretell: `out-1`, `out-2`, …
 *
 * @example
 * const generateId = sequentialIds('out')
 * generateId() // 'out-1'
 */
export function sequentialIds(prefix = 'id'): GenerateId {
  let last = 0
  return () => {
    last += 1
    return `${prefix}-${last}`
  }
}
