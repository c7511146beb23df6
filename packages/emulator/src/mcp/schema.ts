import type { JsonObject } from '../json.js'

interface TextSchema {
  readonly type: 'string'
  readonly minLength?: number
  readonly maxLength?: number
  readonly format?: 'date-time'
  readonly description: string
}

interface NumberSchema {
  readonly type: 'integer'
  readonly minimum: number
  readonly maximum: number
  readonly default: number
  readonly description: string
}

/** The part of JSON Schema that the tools need. */
export interface InputSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, TextSchema | NumberSchema>>
  readonly required: readonly string[]
  readonly additionalProperties: false
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** What the schema refuses in these arguments; undefined when they are right. */
export function problemWith(schema: InputSchema, given: JsonObject): string | undefined {
  const missing = schema.required.find(name => given[name] === undefined)
  if (missing !== undefined) return `${missing} is required`
  for (const [name, value] of Object.entries(given)) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (!property) return `${name} is not an argument; there is ${Object.keys(schema.properties).join(', ')}`
    const problem = property.type === 'string' ? inText(property, value) : inNumber(property, value)
    if (problem !== undefined) return `${name} must be ${problem}`
  }
  return undefined
}

function inText({ minLength = 0, maxLength = Infinity, format }: TextSchema, value: unknown) {
  if (typeof value !== 'string') return 'a string'
  if (value.length < minLength || value.length > maxLength) return `${minLength} to ${maxLength} characters`
  if (format && !(DATE_TIME.test(value) && Number.isFinite(Date.parse(value))))
    return 'a date and time with its zone, such as 2026-09-10T00:00:00Z'
  return undefined
}

function inNumber({ minimum, maximum }: NumberSchema, value: unknown) {
  const right = Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum
  return right ? undefined : `an integer from ${minimum} to ${maximum}`
}
