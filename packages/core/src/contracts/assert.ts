/** A sentence of a contract that does not hold. Test runners show `actual` and `expected` side by side. */
export class ContractFailure extends Error {
  override readonly name = 'ContractFailure'
  readonly actual: unknown
  readonly expected: unknown

  constructor(message: string, actual?: unknown, expected?: unknown) {
    super(message)
    this.actual = actual
    this.expected = expected
  }
}

export function fail(message: string, actual?: unknown, expected?: unknown): never {
  throw new ContractFailure(message, actual, expected)
}

export function ok(condition: unknown, message: string): asserts condition {
  if (!condition) fail(message, condition, true)
}

/** Deep equality of plain data; a field that is undefined equals one that is absent. */
export function equal(actual: unknown, expected: unknown, message: string): void {
  if (same(actual, expected)) return
  fail(`${message}: got ${show(actual)}, expected ${show(expected)}`, actual, expected)
}

export function between(actual: number | null | undefined, low: number, high: number, message: string): void {
  if (typeof actual === 'number' && actual >= low && actual <= high) return
  fail(`${message}: got ${show(actual)}, expected ${low} to ${high}`, actual, `${low} to ${high}`)
}

/** The result, if it is of that kind. */
export function kind<Result extends { readonly kind: string }, Kind extends Result['kind']>(
  result: Result | undefined,
  expected: Kind,
  message: string,
): Extract<Result, { readonly kind: Kind }> {
  if (result?.kind !== expected)
    fail(`${message}: got ${show(result)}, expected kind ${expected}`, result, expected)
  return result as Extract<Result, { readonly kind: Kind }>
}

/** The one element of a list. */
export function only<Item>(items: readonly Item[], message: string): Item {
  const [first] = items
  if (items.length !== 1 || first === undefined) {
    fail(`${message}: expected exactly one, got ${items.length}: ${show(items)}`, items.length, 1)
  }
  return first
}

export function present<Value>(value: Value | undefined | null, message: string): Value {
  if (value === undefined || value === null) fail(`${message}: there is none`, value)
  return value
}

/** The error that the promise rejects with. */
export async function rejection(promise: Promise<unknown>, message: string): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  return fail(`${message}: expected an error, got ${show(value)}`, value, 'an error')
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 600 ? `${text.slice(0, 600)}…` : text
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = new Map(Object.entries(a))
  const right = new Map(Object.entries(b))
  return [...new Set([...left.keys(), ...right.keys()])].every(key => same(left.get(key), right.get(key)))
}
