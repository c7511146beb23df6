import { EmulatorError } from '../errors.js'
import { isObject } from '../json.js'
import type { Fault } from './vocabulary.js'

type Check = (value: unknown) => boolean
type Shape = Readonly<Record<string, { check: Check; must: string; required?: boolean }>>

const number = { check: isCount, must: 'a number from 0 up' }
const flag = { check: (value: unknown) => typeof value === 'boolean', must: 'true or false' }
const text = { check: (value: unknown) => typeof value === 'string', must: 'a string' }
const times = {
  check: (value: unknown) => value === 'always' || isCount(value),
  must: 'a number or "always"',
}
const required = { ...number, required: true }

const apiScope: Shape = {
  times,
  skip: number,
  on: oneOf('message', 'read', 'media', 'any'),
  to: text,
  type: text,
  text,
  where: { check: value => typeof value === 'function', must: 'a function' },
  statuses: flag,
  via: text,
}
const webhookScope: Shape = {
  times,
  skip: number,
  about: oneOf('messages', 'statuses', 'echoes', 'history', 'other', 'any'),
  text,
  via: text,
}
const group: Shape = { count: number, holdMs: number }

const SHAPES: Readonly<Record<string, Shape>> = {
  'rate-limit': { ...apiScope, code: number, retryAfter: number },
  'server-error': apiScope,
  error: { ...apiScope, code: required, status: number, details: text, retryAfter: number },
  'html-error': { ...apiScope, status: number },
  timeout: { ...apiScope, accepted: flag, ms: number },
  reset: { ...apiScope, accepted: flag },
  delay: { ...apiScope, ms: required },
  undeliverable: { ...apiScope, code: number },
  'duplicate-webhook': { ...webhookScope, copies: number, concurrent: flag },
  'delay-webhook': { ...webhookScope, ms: required },
  'reorder-webhooks': { ...webhookScope, ...group },
  'batch-webhooks': { ...webhookScope, ...group, spread: oneOf('messages', 'changes', 'entries', 'mixed') },
  'lose-webhook': webhookScope,
}

/** The value as a fault. Throws an EmulatorError that names what is wrong and the valid values. */
export function checkFault(value: unknown): Fault {
  const kind = isObject(value) ? value.kind : undefined
  const shape = typeof kind === 'string' ? SHAPES[kind] : undefined
  if (!isObject(value) || !shape)
    throw invalid(
      `A fault has a kind: one of ${Object.keys(SHAPES).join(', ')}; this one has ${String(kind)}.`,
    )
  for (const [key, member] of Object.entries(value)) {
    if (key === 'kind' || member === undefined) continue
    const rule = shape[key]
    if (!rule) throw invalid(`A fault "${kind}" has no "${key}"; it has ${Object.keys(shape).join(', ')}.`)
    if (!rule.check(member)) throw invalid(`"${key}" of a fault "${kind}" must be ${rule.must}.`)
  }
  for (const [key, rule] of Object.entries(shape))
    if (rule.required && value[key] === undefined)
      throw invalid(`A fault "${kind}" needs "${key}": ${rule.must}.`)
  return value as unknown as Fault
}

function oneOf(...values: readonly string[]) {
  return { check: (value: unknown) => values.includes(String(value)), must: `one of ${values.join(', ')}` }
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0
}

function invalid(message: string): EmulatorError {
  return new EmulatorError('invalid-fault', message)
}
