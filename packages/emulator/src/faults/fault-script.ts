import type { EventLog } from '../event-log.js'
import { checkFault } from './check-fault.js'
import type { ActiveFault, ApiCall, ApiFault, Fault, WebhookFault, WebhookTopic } from './vocabulary.js'

/** The faults in force, oldest first. Each fitting request or webhook uses up the first that fits it. */
export interface Faults {
  /** Puts a fault in force. Throws an EmulatorError (`invalid-fault`) that says what is wrong with it. */
  add(fault: Fault): ActiveFault
  list(): readonly ActiveFault[]
  clear(): void
}

/** The inside of the script: what the routes ask. */
export interface FaultScript {
  readonly view: Faults
  /** The faults this request meets: any delays, then at most one other. */
  takeForCall(call: ApiCall): readonly ApiFault[]
  /** The fault that this webhook meets. Groups (reorder, batch) are the same object for all their webhooks. */
  takeForWebhook(webhook: WebhookToSpoil): WebhookFault | undefined
}

/** What the scope of a webhook fault looks at. */
interface WebhookToSpoil {
  readonly topic: WebhookTopic
  /** Ids by which its account goes. */
  readonly via: readonly string[]
  readonly json: () => string
}

interface Slot {
  readonly id: number
  readonly fault: Fault
  used: number
  passed: number
}

export function createFaultScript(events: EventLog): FaultScript {
  let slots: Slot[] = []
  let lastId = 0

  function changed(): void {
    events.append('faults', slots.map(plain))
  }

  function show(slot: Slot): ActiveFault {
    return {
      ...plain(slot),
      get used() {
        return plain(slot).used
      },
      get remaining() {
        return plain(slot).remaining
      },
      remove() {
        slots = slots.filter(each => each !== slot)
        changed()
      },
    }
  }

  function use(slot: Slot): boolean {
    if (slot.passed < (slot.fault.skip ?? 0)) {
      slot.passed += 1
      return false
    }
    slot.used += 1
    changed()
    return true
  }

  return {
    view: {
      add(fault) {
        lastId += 1
        const slot = { id: lastId, fault: checkFault(fault), used: 0, passed: 0 }
        slots.push(slot)
        changed()
        return show(slot)
      },
      list: () => slots.map(show),
      clear() {
        slots = []
        changed()
      },
    },
    takeForCall(call) {
      const taken: ApiFault[] = []
      for (const slot of slots) {
        if (!isApiFault(slot.fault) || left(slot) === 0 || !fits(slot.fault, call) || !use(slot)) continue
        taken.push(slot.fault)
        if (slot.fault.kind !== 'delay') break
      }
      return taken
    },
    takeForWebhook({ topic, via, json }) {
      for (const slot of slots) {
        const { fault } = slot
        if (isApiFault(fault) || left(slot) === 0) continue
        const about = fault.about ?? 'messages'
        if (about !== 'any' && about !== topic) continue
        if (fault.via !== undefined && !via.includes(fault.via)) continue
        if (fault.text !== undefined && !json().includes(fault.text)) continue
        if (use(slot)) return fault
      }
      return undefined
    },
  }
}

/** How many webhooks a group holds; 1 for the faults that are no group. */
export function groupSize(fault: Fault): number {
  const grouped = fault.kind === 'reorder-webhooks' || fault.kind === 'batch-webhooks'
  return grouped ? Math.max(1, fault.count ?? 2) : 1
}

function left({ fault, used }: Slot): number {
  if (fault.times === 'always') return Number.POSITIVE_INFINITY
  return Math.max(0, (fault.times ?? 1) * groupSize(fault) - used)
}

function plain(slot: Slot): Omit<ActiveFault, 'remove'> {
  const remaining = left(slot)
  return {
    id: slot.id,
    fault: slot.fault,
    used: slot.used,
    remaining: Number.isFinite(remaining) ? remaining : 'always',
  }
}

function isApiFault(fault: Fault): fault is ApiFault {
  return !fault.kind.includes('webhook')
}

function fits(scope: ApiFault, call: ApiCall): boolean {
  const on = scope.on ?? 'message'
  if (on !== 'any' && on !== call.operation) return false
  if (scope.via !== undefined && !call.via?.includes(scope.via)) return false
  if (scope.to !== undefined && plainAddress(scope.to) !== plainAddress(call.to ?? '')) return false
  if (scope.type !== undefined && scope.type !== call.type) return false
  if (scope.text !== undefined && !call.text?.includes(scope.text)) return false
  return scope.where?.(call) ?? true
}

function plainAddress(address: string): string {
  return address.replace(/^\+/, '').replace(/@(c\.us|s\.whatsapp\.net)$/, '')
}
