import type { CallOptions, OutboundMessage, SendResult } from '@switchboard/core'
import { type CallApi, outcomeUnknown, secretsOf } from '../../../http/index.js'
import { asId } from '../../../values.js'
import { chatIdOf } from '../addresses.js'
import { clientIdOf } from '../ids.js'
import type { ChannelMemory, KnownMessage } from '../memory.js'
import { sentKeyOf } from './answer.js'
import { waha } from './errors.js'
import type { FullIds } from './full-ids.js'
import { previewPart, type Sending, sendingOf } from './send.js'
import type { Sessions } from './sessions.js'

type Send = (message: OutboundMessage, options?: CallOptions) => Promise<SendResult>

/** Sends messages, and remembers under which ids: their echoes and receipts may come before the answer. */
export function sender(call: CallApi, sessions: Sessions, fullIds: FullIds, memory: ChannelMemory): Send {
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
  ): Promise<Pick<Sending, 'mayLackId' | 'safe' | 'method' | 'path' | 'body'>> {
    const { id, account, to, content, quotedId } = message
    const chatId = chatIdOf(to)
    if (content.type === 'reaction') {
      const messageId = await fullIds.find(account, to, content.targetId, options)
      const body = { session: account, messageId, reaction: content.emoji ?? '' }
      // The same reaction again changes nothing.
      return { method: 'PUT', path: '/api/reaction', body, mayLackId: true, safe: true }
    }
    const { body, takesId = false, mayLackId = false, ...endpoint } = sendingOf(content)
    const quotes = quotedId !== undefined && content.type !== 'buttons'
    const takesIds = (takesId || quotes) && (await sessions.takesIds(account, options))
    const quote = quotes ? { reply_to: await quoteOf(message, quotedId, takesIds, options) } : {}
    const ownId = takesId && takesIds ? clientIdOf(id) : undefined
    // Before it leaves: the echo may come before the answer.
    if (ownId !== undefined) memory.learn(account, ownId, { outboundId: id, chats: [chatId] })
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

  /** NOWEB and GOWS look a quoted message up by its stanza, the others by the whole id. */
  async function quoteOf(
    { account, to }: OutboundMessage,
    quotedId: string,
    byStanza: boolean,
    options: CallOptions,
  ): Promise<string> {
    return byStanza ? fullIds.of(account, to, quotedId) : fullIds.find(account, to, quotedId, options)
  }

  return (message, options) => memory.underway(message.account, sendNow(message, options))
}
