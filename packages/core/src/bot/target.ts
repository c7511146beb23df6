import { SwitchboardError } from '../errors.js'
import type { Channel, ConversationTarget } from '../ports/index.js'
import { toE164 } from '../rules/index.js'

/** A conversation by its id, or the person by phone on an account (default: the first channel's own). */
export type Target =
  | { readonly conversation: string }
  | { readonly phone: string; readonly channel?: string; readonly account?: string }

/** @throws {SwitchboardError} `invalid_input` for what is no phone number, `configuration` for an unknown channel */
export function storeTarget(target: Target, channels: ReadonlyMap<string, Channel>): ConversationTarget {
  if ('conversation' in target) return { conversationId: target.conversation }
  const name = target.channel ?? [...channels.keys()][0]
  const channel = name === undefined ? undefined : channels.get(name)
  if (!channel) {
    throw new SwitchboardError(
      'invalid_input',
      `no channel is named ${name}; there are: ${[...channels.keys()].join(', ')}`,
    )
  }
  const value = toE164(target.phone)
  if (value === undefined) {
    throw new SwitchboardError(
      'invalid_input',
      '`phone` must be an international number such as +15550001234',
    )
  }
  return {
    channel: channel.name,
    account: target.account ?? channel.defaultAccount,
    peer: { kind: 'phone', value },
  }
}

export function unknownConversation(target: Target): SwitchboardError {
  const id = 'conversation' in target ? target.conversation : ''
  return new SwitchboardError('not_found', `there is no conversation ${id}`)
}
