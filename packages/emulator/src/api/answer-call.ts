import type { ApiFault } from '../faults/vocabulary.js'
import { type Exchange, htmlError, type Reply } from '../http/exchange.js'
import type { LedgerEntry } from '../ledger.js'
import type { World } from '../world.js'
import type { Fate, ProviderCall } from './call.js'
import type { ApiDialect } from './dialect.js'

type Blunt = Exclude<ApiFault, { kind: 'delay' }>

interface Asked {
  readonly entry: LedgerEntry
  readonly call: ProviderCall
  readonly dialect: ApiDialect
}

/** Performs a call and answers it, or spoils either as the fault script says; keeps the ledger entry true throughout. */
export async function answerCall(
  world: World,
  exchange: Exchange,
  { entry, call, dialect }: Asked,
): Promise<void> {
  const faults = world.faults.takeForCall(call)
  if (faults.length > 0) world.ledger.change(entry, { fault: faults.map(each => each.kind).join(' + ') })
  for (const each of faults) if (each.kind === 'delay' && !(await world.timers.wait(each.ms))) return
  const fault = faults.find((each): each is Blunt => each.kind !== 'delay')
  const refusal = fault && refusalOf(dialect, fault)
  if (refusal) return respond(world, exchange, entry, refusal)
  if (fault && !accepts(fault)) return drop(world, exchange, entry, fault)

  const reply = await call.perform(entry.sequence, fateOf(faults))
  // The acceptance is on record before the answer is tried: it holds whatever becomes of the answer.
  world.ledger.change(entry, {
    accepted: reply.status < 400,
    response: { status: reply.status, body: bodyOf(reply) },
  })
  if (fault?.kind === 'reset') {
    exchange.reset()
    return world.ledger.change(entry, { outcome: 'reset' })
  }
  if (fault?.kind === 'timeout') {
    world.ledger.change(entry, { outcome: 'withheld' })
    if (!(await world.timers.wait(fault.ms ?? Number.POSITIVE_INFINITY))) return
  }
  await respond(world, exchange, entry, reply)
}

/** Answers, and notes whether the answer got out. */
export async function respond(
  world: World,
  exchange: Exchange,
  entry: LedgerEntry,
  reply: Reply,
): Promise<void> {
  world.ledger.change(entry, { response: { status: reply.status, body: bodyOf(reply) } })
  const arrived = await exchange.answer(reply)
  world.ledger.change(entry, { outcome: arrived ? 'answered' : 'client-left' })
}

function accepts(fault: Blunt): boolean {
  return fault.kind === 'undeliverable' || ('accepted' in fault && fault.accepted === true)
}

function refusalOf(dialect: ApiDialect, fault: Blunt): Reply | undefined {
  switch (fault.kind) {
    case 'html-error':
      return htmlError(fault.status ?? 502, 'Bad Gateway')
    case 'rate-limit':
    case 'server-error':
    case 'error':
      return dialect.scripted(fault)
    default:
      return undefined
  }
}

async function drop(world: World, exchange: Exchange, entry: LedgerEntry, fault: Blunt): Promise<void> {
  if (fault.kind === 'timeout') {
    world.ledger.change(entry, { outcome: 'withheld' })
    if (!(await world.timers.wait(fault.ms ?? Number.POSITIVE_INFINITY))) return
  }
  exchange.reset()
  world.ledger.change(entry, { outcome: 'reset' })
}

function fateOf(faults: readonly ApiFault[]): Fate {
  const failing = faults.find(each => each.kind === 'undeliverable')
  const statuses = faults.every(each => each.statuses !== false)
  if (!failing) return { statuses }
  return { statuses, failure: failing.code === undefined ? {} : { code: failing.code } }
}

function bodyOf(reply: Reply): unknown {
  return reply.body instanceof Uint8Array ? `<${reply.body.length} bytes>` : reply.body
}
