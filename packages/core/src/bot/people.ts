import type { Conversation, Handoff } from '../vocabulary/index.js'
import { type OperatorSendingDependencies, operatorSending } from './operator-sending.js'
import type { OperatorSend, OperatorText } from './operator-text.js'
import { storeTarget, type Target, unknownConversation } from './target.js'

/** What people do. */
export interface People {
  /** From now on the bot keeps silent in this conversation, replies in the making included. */
  takeOver(target: Target, options?: { readonly by?: string }): Promise<Conversation>
  /** The bot answers again; what came meanwhile is not answered but known. */
  handBack(target: Target, options?: { readonly by?: string }): Promise<Conversation>
  /** Marks that the customer waits for a person; the bot keeps silent. */
  requestHuman(target: Target, options?: { readonly by?: string }): Promise<Conversation>
  /**
   * Sends what a person wrote, which is a takeover. Resolves when the provider has answered; look at `status`. A text that is
   * longer than the channel takes goes out in `pieces`, one after the other.
   *
   * @throws {SwitchboardError} `invalid_input` when there is nothing to send, `not_found`
   */
  sendAsOperator(target: Target, message: OperatorText): Promise<OperatorSend>
  /**
   * Sends what is parked in this conversation, even if the window is closed as far as the bot knows. Gives the ids of those
   * messages; they go out in their order.
   *
   * @throws {SwitchboardError} `not_found`
   */
  release(target: Target): Promise<readonly string[]>
}

export interface PeopleDependencies extends OperatorSendingDependencies {
  /** Looks for messages to send. */
  pump(): Promise<void>
  wake(conversationId: string, delayMs: number): void
}

export function createPeople(dependencies: PeopleDependencies): People {
  const { store, channels, handoffIdleMs, emit, pump, wake, ready } = dependencies

  async function changeHandoff(target: Target, state: Handoff, by?: string): Promise<Conversation> {
    await ready()
    const request = { state, handoffIdleMs, ...(by !== undefined && { by }) }
    const result = await store.setHandoff(storeTarget(target, channels), request)
    if (!result) throw unknownConversation(target)
    if (result.change) emit('handoff.changed', result.change)
    // A replay may have waited for the handback; if not, this wake finds nothing to do.
    if (state === 'bot') wake(result.conversation.id, 0)
    return result.conversation
  }

  return {
    takeOver: (target, options) => changeHandoff(target, 'human', options?.by),
    handBack: (target, options) => changeHandoff(target, 'bot', options?.by),
    requestHuman: (target, options) => changeHandoff(target, 'requested', options?.by),
    sendAsOperator: operatorSending(dependencies),
    async release(target) {
      await ready()
      const released = await store.releaseParked(storeTarget(target, channels))
      if (!released) throw unknownConversation(target)
      if (released.length > 0) await pump()
      return released
    },
  }
}
