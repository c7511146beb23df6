import { isObject, type JsonObject } from '../json.js'
import { GraphError, invalid } from './graph-error.js'

/** Checks of one parameter, refused in Meta's words. `param` is written as Meta does: `text['body']`. */

export function objectAt(value: unknown, param: string, keys: readonly string[]): JsonObject {
  if (value === undefined) throw requiredParameter(param)
  if (!isObject(value)) throw invalid(`Param ${param} must be a JSON object.`)
  for (const key of Object.keys(value))
    if (!keys.includes(key))
      throw new GraphError(100, { message: `(#100) Unexpected key "${key}" on param "${param}".` })
  return value
}

export function listAt(value: unknown, param: string, limits: { min: number; max: number }): unknown[] {
  if (value === undefined) throw requiredParameter(param)
  if (!Array.isArray(value)) throw invalid(`Param ${param} must be an array.`)
  if (value.length < limits.min || value.length > limits.max)
    throw invalid(`Param ${param} must have between ${limits.min} and ${limits.max} elements.`)
  return value
}

export function textAt(parent: JsonObject, key: string, param: string, max: number, min = 1): string {
  const value = optionalTextAt(parent, key, param, max)
  const name = `${param}['${key}']`
  if (value === undefined) throw requiredParameter(name)
  if (value.length < min) throw invalid(`Param ${name} must be at least ${min} characters long.`)
  return value
}

export function optionalTextAt(
  parent: JsonObject,
  key: string,
  param: string,
  max: number,
): string | undefined {
  const value = parent[key]
  if (value === undefined) return undefined
  const name = `${param}['${key}']`
  if (typeof value !== 'string') throw invalid(`Param ${name} must be a string.`)
  // Counted in code points: an emoji is one character. The spread is only paid for texts near the limit.
  if (value.length > max && [...value].length > max)
    throw invalid(`Param ${name} must be at most ${max} characters long.`)
  return value
}

export function choiceAt<Choice extends string>(
  parent: JsonObject,
  key: string,
  param: string,
  choices: readonly Choice[],
): Choice {
  const value = parent[key]
  const name = param === '' ? key : `${param}['${key}']`
  if (value === undefined) throw requiredParameter(name)
  const choice = choices.find(each => each === value)
  if (choice === undefined)
    throw invalid(`Param ${name} must be one of {${choices.join(', ')}} - got "${value}".`)
  return choice
}

export function optionalFlagAt(parent: JsonObject, key: string, param: string): void {
  const value = parent[key]
  if (value !== undefined && typeof value !== 'boolean')
    throw invalid(`Param ${param}['${key}'] must be a boolean.`)
}

export function webUrl(value: string, param: string): void {
  if (!/^https?:$/.test(URL.canParse(value) ? new URL(value).protocol : ''))
    throw invalid(`Param ${param} is not a valid URL.`)
}

export function uniqueBy(values: readonly string[], param: string): void {
  if (new Set(values).size < values.length) throw invalid(`Param ${param} must have unique values.`)
}

export function requiredParameter(param: string): GraphError {
  return new GraphError(131008, { details: `Required parameter is missing: ${param}.` })
}
