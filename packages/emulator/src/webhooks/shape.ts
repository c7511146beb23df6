import { groupSize } from '../faults/fault-script.js'
import type { BatchSpread, WebhookFault } from '../faults/vocabulary.js'
import type { Timers } from '../timers.js'
import { type Delivery, joinDeliveries, NOT_DELIVERED } from './redeliver.js'

/** Delivers changes as webhooks, spoiled as a fault says. */
export interface Shaper<Change> {
  shape(change: Change, fault: WebhookFault | undefined): Promise<Delivery>
  /** Gives up what is held. */
  close(): void
}

interface Held<Change> {
  readonly change: Change
  readonly resolve: (delivery: Delivery) => void
}

const HOLD_MS = 1_000

export function createShaper<Change>(
  timers: Timers,
  post: (changes: readonly Change[], spread?: BatchSpread) => Promise<Delivery>,
): Shaper<Change> {
  const groups = new Map<WebhookFault, Held<Change>[]>()

  async function release(fault: WebhookFault): Promise<void> {
    const held = groups.get(fault) ?? []
    groups.delete(fault)
    if (held.length === 0) return
    if (fault.kind === 'batch-webhooks') {
      const changes = held.map(each => each.change)
      const delivery = await post(changes, fault.spread ?? 'mixed')
      for (const each of held) each.resolve(delivery)
    } else for (const each of held.reverse()) each.resolve(await post([each.change]))
  }

  function hold(change: Change, fault: WebhookFault & { holdMs?: number }): Promise<Delivery> {
    return new Promise(resolve => {
      const held = groups.get(fault) ?? []
      groups.set(fault, held)
      held.push({ change, resolve })
      if (held.length >= groupSize(fault)) void release(fault)
      // A group that is never filled must not keep its webhooks for ever.
      else if (held.length === 1) timers.schedule(fault.holdMs ?? HOLD_MS, () => void release(fault))
    })
  }

  return {
    async shape(change, fault) {
      if (fault === undefined) return post([change])
      switch (fault.kind) {
        case 'lose-webhook':
          return NOT_DELIVERED
        case 'delay-webhook':
          return (await timers.wait(fault.ms)) ? post([change]) : NOT_DELIVERED
        case 'duplicate-webhook':
          return deliverCopies(() => post([change]), fault.copies ?? 2, fault.concurrent ?? false)
        default:
          return hold(change, fault)
      }
    },
    close() {
      for (const held of groups.values()) for (const each of held) each.resolve(NOT_DELIVERED)
      groups.clear()
    },
  }
}

async function deliverCopies(
  post: () => Promise<Delivery>,
  copies: number,
  concurrent: boolean,
): Promise<Delivery> {
  const results: Delivery[] = []
  if (concurrent) results.push(...(await Promise.all(Array.from({ length: copies }, post))))
  else for (let copy = 0; copy < copies; copy += 1) results.push(await post())
  return joinDeliveries(results)
}
