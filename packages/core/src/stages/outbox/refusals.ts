import type { Store, WindowRefusal } from '../../ports/index.js'
import type { Emit } from '../../runtime/events.js'
import type { WindowTemplate } from './send-attempt.js'

export interface RefusalDependencies {
  readonly store: Store
  readonly emit: Emit
  readonly windowTemplate: WindowTemplate | undefined
  /** Something may leave. */
  hint(): void
}

/**
 * Goes on after a provider has taken messages and said later that their window was closed: the template goes out in place of the
 * first one, as it does when a send is refused at once, and the others wait. Never rejects.
 */
export async function settleRefusals(
  conversationId: string,
  refusals: readonly WindowRefusal[],
  { store, emit, windowTemplate, hint }: RefusalDependencies,
): Promise<void> {
  async function leavesAsTemplate(messageId: string): Promise<boolean> {
    if (!windowTemplate) return false
    try {
      const released = await store.releaseParked({ conversationId }, { asTemplate: messageId })
      return released !== undefined && released.length > 0
    } catch (error) {
      // It is parked already: nothing is lost but the template.
      emit('error', error, 'the template of the window')
      return false
    }
  }

  for (const [index, { messageId, author, status, error }] of refusals.entries()) {
    const report = { conversationId, messageId }
    if (status === 'cancelled') emit('message.status', { ...report, status })
    else if (status === 'pending') emit('message.retrying', { ...report, error, afterMs: 0 })
    else if (index > 0 || !(await leavesAsTemplate(messageId)))
      emit('message.parked', { ...report, author, reason: 'window', error })
  }
  if (refusals.some(({ status }) => status === 'pending') || windowTemplate) hint()
}
