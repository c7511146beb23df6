import {
  type CallOptions,
  contentText,
  type OutboundMessage,
  type Peer,
  type SendResult,
} from '@switchboard/core'
import { type CallApi, outcomeUnknown } from '../../../http/index.js'
import { asId } from '../../../values.js'
import { chatIdOf } from '../addresses.js'
import { clientIdOf, isClientId } from '../ids.js'
import type { ChannelMemory, KnownMessage } from '../memory.js'
import { sentKeyOf } from './answer.js'
import { waha } from './errors.js'
import { previewPart, type Sending, sendingOf } from './send.js'
import type { Sessions } from './sessions.js'

type Send = (message: OutboundMessage, options?: CallOptions) => Promise<SendResult>

/** Sends messages, and remembers under which ids: their echoes and receipts may come before the answer. */
export function sender(call: CallApi, sessions: Sessions, memory: ChannelMemory): Send {
  async function sendNow(message: OutboundMessage, options: CallOptions = {}): Promise<SendResult> {
    const { id, account } = message
    const { mayLackId, ...request } = await requestOf(message, options)
    const { content } = await call({ ...options, ...request, secrets: secretsOf(message) })
    const sent = sentKeyOf(content)
    if (sent) {
      const facts: KnownMessage = { outboundId: id, chats: [chatIdOf(message.to)] }
      memory.learn(
        account,
        sent.stanza,
        sent.fullId === undefined ? facts : { ...facts, fullId: sent.fullId },
      )
      return { providerId: sent.stanza }
    }
    if (!mayLackId) throw outcomeUnknown(waha, 'WAHA answered without the id of a message')
    const asked = asId((request.body as { id?: unknown }).id)
    return asked === undefined ? {} : { providerId: asked }
  }

  async function requestOf(
    message: OutboundMessage,
    options: CallOptions,
  ): Promise<Pick<Sending, 'mayLackId' | 'method' | 'path' | 'body'>> {
    const { id, account, to, content, quotedId } = message
    const chatId = chatIdOf(to)
    if (content.type === 'reaction') {
      const messageId = fullIdOf(memory, account, to, content.targetId)
      const body = { session: account, messageId, reaction: content.emoji ?? '' }
      return { method: 'PUT', path: '/api/reaction', body, mayLackId: true }
    }
    const { body, takesId = false, mayLackId = false, ...endpoint } = sendingOf(content)
    const ownId = takesId && (await sessions.takesIds(account, options)) ? clientIdOf(id) : undefined
    // Before it leaves: the echo may come before the answer.
    if (ownId !== undefined) memory.learn(account, ownId, { outboundId: id, chats: [chatId] })
    const quotes = quotedId !== undefined && content.type !== 'buttons'
    const quote = quotes ? { reply_to: fullIdOf(memory, account, to, quotedId) } : {}
    return {
      ...endpoint,
      mayLackId,
      body: {
        session: account,
        chatId,
        ...body,
        ...quote,
        ...previewPart(content),
        ...(ownId !== undefined && { id: ownId }),
      },
    }
  }

  return (message, options) => memory.underway(message.account, sendNow(message, options))
}

/**
 * A stored id in full. As WAHA wrote it, when this process has seen it and it belongs to this chat; else put together from
 * the conversation: the customer's unless it is an id of ours, and without the member of a group, which engines need for
 * reactions and read marks there, but not for quotes (WEBJS and WPP: then the message goes out without its quote).
 */
export function fullIdOf(memory: ChannelMemory, account: string, to: Peer, stanza: string): string {
  const chatId = chatIdOf(to)
  const known = memory.known(account, stanza)
  if (known?.fullId !== undefined && known.chats?.includes(chatId)) return known.fullId
  return `${known?.outboundId !== undefined || isClientId(stanza)}_${chatId}_${stanza}`
}

/** What errors must not repeat: the words, and whom they are for. */
function secretsOf({ content, to }: OutboundMessage): string[] {
  return [contentText(content) ?? '', to.value.replace(/^\+/, '').replace(/@.*$/, '')]
}
