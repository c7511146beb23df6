import type { Clock, Lease, Store } from '../ports/index.js'
import type { Emit } from './events.js'

/** The leases of this process. While a turn takes long its lease is prolonged; when it is lost the turn is told. */
export interface Leases {
  /** The signal aborts when the lease is lost. Disposing gives the lease up. */
  hold(lease: Lease): { readonly signal: AbortSignal } & Disposable
  /** Tells the turns of these conversations at once that they were taken away, if this process runs any. */
  revoke(conversationId: string, reason: Error): void
  revokeAll(reason: Error): void
}

interface Held {
  readonly lease: Lease
  readonly controller: AbortController
  readonly since: number
}

/**
 * Short leases, prolonged: a crash is noticed after one lease, and a model may still think for minutes. One statement
 * prolongs all that are older than a third of the lease, so turns that end quickly never cost one.
 */
export function createLeases(store: Store, clock: Clock, leaseMs: number, emit: Emit): Leases {
  const held = new Map<string, Held>()
  const interval = Math.max(1, Math.floor(leaseMs / 3))
  let cancelTimer: (() => void) | undefined

  function arm(): void {
    if (cancelTimer || held.size === 0) return
    cancelTimer = clock.after(interval, () => {
      cancelTimer = undefined
      void renew().finally(arm)
    })
  }

  async function renew(): Promise<void> {
    const old = [...held.values()].filter(entry => clock.now() - entry.since >= interval)
    if (old.length === 0) return
    try {
      const kept = await store.renewLeases(
        old.map(entry => entry.lease),
        leaseMs,
      )
      const keptFences = new Map(kept.map(lease => [lease.conversationId, lease.fence]))
      for (const { lease, controller } of old) {
        if (keptFences.get(lease.conversationId) !== lease.fence) controller.abort(leaseLost())
      }
    } catch (error) {
      // The commit checks the lease in any case; the next round tries again.
      emit('error', error, 'renewing leases')
    }
  }

  return {
    hold(lease) {
      const entry = { lease, controller: new AbortController(), since: clock.now() }
      held.set(lease.conversationId, entry)
      arm()
      return {
        signal: entry.controller.signal,
        [Symbol.dispose]() {
          if (held.get(lease.conversationId) === entry) held.delete(lease.conversationId)
          if (held.size > 0) return
          cancelTimer?.()
          cancelTimer = undefined
        },
      }
    },
    revoke(conversationId, reason) {
      held.get(conversationId)?.controller.abort(reason)
    },
    revokeAll(reason) {
      for (const { controller } of held.values()) controller.abort(reason)
    },
  }
}

function leaseLost(): Error {
  return new Error('the lease was lost: another worker or a person has this conversation now')
}
