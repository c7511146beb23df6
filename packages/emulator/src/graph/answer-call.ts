import type { ApiFault } from '../faults/vocabulary.js'
import { type Exchange, htmlError, type Reply } from '../http/exchange.js'
import type { LedgerEntry } from '../ledger.js'
import type { World } from '../world.js'
import type { Fate, GraphCall } from './graph-call.js'
import { GraphError, graphErrorReply } from './graph-error.js'

type Blunt = Exclude<ApiFault, { kind: 'delay' }>

/** Performs a call and answers it, or spoils either as the fault script says; keeps the ledger entry true throughout. */
export async function answerCall(
  world: World,
  exchange: Exchange,
  entry: LedgerEntry,
  call: GraphCall,
): Promise<void> {
  const faults = world.faults.takeForCall(call)
  if (faults.length > 0) world.ledger.change(entry, { fault: faults.map(each => each.kind).join(' + ') })
  for (const each of faults) if (each.kind === 'delay' && !(await world.timers.wait(each.ms))) return
  const fault = faults.find((each): each is Blunt => each.kind !== 'delay')
  const refusal = fault && refusalOf(world, fault)
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

function refusalOf(world: World, fault: Blunt): Reply | undefined {
  if (fault.kind === 'html-error') return htmlError(fault.status ?? 502, 'Bad Gateway')
  if (fault.kind === 'server-error') return graphErrorReply(new GraphError(131000), world.ids.trace())
  if (fault.kind !== 'rate-limit' && fault.kind !== 'error') return undefined
  const code = fault.kind === 'error' ? fault.code : (fault.code ?? 130429)
  const retryAfter = fault.kind === 'rate-limit' ? (fault.retryAfter ?? 1) : fault.retryAfter
  const error = new GraphError(code, {
    ...(fault.kind === 'error' && fault.details !== undefined && { details: fault.details }),
    ...(fault.kind === 'error' && fault.status !== undefined && { status: fault.status }),
  })
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  return graphErrorReply(error, world.ids.trace(), headers)
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
  return failing ? { statuses, failure: failing.code ?? 131026 } : { statuses }
}

function bodyOf(reply: Reply): unknown {
  return reply.body instanceof Uint8Array ? `<${reply.body.length} bytes>` : reply.body
}
