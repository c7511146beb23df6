import { isObject, type JsonObject } from '../json.js'

/** Says what is wrong with a value, naming it by its path; undefined when it is right. */
export type Check = (value: unknown, path: string) => string | undefined

export const text: Check = (value, path) =>
  typeof value === 'string' ? undefined : `${path} must be a string`

export const flag: Check = (value, path) =>
  typeof value === 'boolean' ? undefined : `${path} must be a boolean`

export const anything: Check = () => undefined

export function number({ min = -Infinity, max = Infinity, whole = false } = {}): Check {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return `${path} must be a number`
    if (whole && !Number.isInteger(value)) return `${path} must be an integer`
    if (value < min) return `${path} must be at least ${min}`
    return value > max ? `${path} must be at most ${max}` : undefined
  }
}

export function matching(pattern: RegExp): Check {
  return (value, path) =>
    typeof value === 'string' && pattern.test(value) ? undefined : `${path} must match ${pattern.source}`
}

export function oneOf(...values: readonly string[]): Check {
  return (value, path) =>
    values.includes(value as string) ? undefined : `${path} must be one of ${values.join(', ')}`
}

export function nullable(check: Check): Check {
  return (value, path) => (value === null ? undefined : check(value, path))
}

export function listOf(check: Check, { min = 0, max = Infinity } = {}): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} must be an array`
    if (value.length < min || value.length > max)
      return `${path} must have ${max === Infinity ? `at least ${min}` : `${min} to ${max}`} elements`
    for (const [place, each] of value.entries()) {
      const problem = check(each, `${path}[${place}]`)
      if (problem !== undefined) return problem
    }
    return undefined
  }
}

/** Right when one of the checks finds nothing; otherwise what the last one found. */
export function either(...checks: readonly Check[]): Check {
  return (value, path) => {
    let problem: string | undefined
    for (const check of checks) {
      problem = check(value, path)
      if (problem === undefined) return undefined
    }
    return problem
  }
}

/** An object with these members. Others pass: the providers ignore what they do not know. */
export function objectOf(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, path) => {
    if (!isObject(value)) return `${path || 'the body'} must be an object`
    return missingIn(value, Object.keys(required), path) ?? wrongIn(value, { ...required, ...optional }, path)
  }
}

function missingIn(value: JsonObject, keys: readonly string[], path: string): string | undefined {
  const missing = keys.find(key => value[key] === undefined)
  return missing === undefined ? undefined : `${below(path, missing)} is required`
}

function wrongIn(
  value: JsonObject,
  checks: Readonly<Record<string, Check>>,
  path: string,
): string | undefined {
  for (const [key, check] of Object.entries(checks)) {
    if (value[key] === undefined) continue
    const problem = check(value[key], below(path, key))
    if (problem !== undefined) return problem
  }
  return undefined
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
