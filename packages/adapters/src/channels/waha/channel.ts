import type {
  CallOptions,
  Channel,
  ChannelEvent,
  ChannelHealth,
  DownloadOptions,
  HistoryOptions,
  Identity,
  MediaFile,
  MediaRef,
  MessageAddress,
  Peer,
} from '@switchboard/core'
import { chatIdOf } from './addresses.js'
import { wahaClient } from './api/client.js'
import { fileDownloads } from './api/files.js'
import { fullIdsOf } from './api/full-ids.js'
import { readHistory } from './api/history.js'
import { sender } from './api/sender.js'
import { sessionsOf } from './api/sessions.js'
import { readKey } from './ids.js'
import { channelMemory } from './memory.js'
import { resolveOptions, type WahaChannelOptions } from './options.js'
import { receiveWebhook } from './webhook/receive.js'

/** WhatsApp's longest text; WAHA itself has no limit. */
const maxTextLength = 65_536

/** A `Channel` with all that WAHA can do. */
export interface WahaChannel extends Channel {
  receive: NonNullable<Channel['receive']>
  /** A session's own addresses as far as they are known: `me` of its webhooks, and of its state once that was asked for. */
  self(account: string): readonly Identity[]
  markRead(message: MessageAddress, options?: CallOptions): Promise<void>
  startTyping(message: MessageAddress, options?: CallOptions): Promise<void>
  download(media: MediaRef, options?: DownloadOptions): Promise<MediaFile>
  history(
    chat: { readonly account: string; readonly peer: Peer },
    options?: HistoryOptions,
  ): AsyncIterable<ChannelEvent>
  health(options?: CallOptions & { readonly account?: string }): Promise<ChannelHealth>
  lookUp(
    identity: Identity,
    options?: CallOptions & { readonly account?: string },
  ): Promise<readonly Identity[]>
}

/**
 * WhatsApp over a WAHA server of your own: webhooks in, messages out, on every engine.
 *
 * The account is the session: one channel serves all sessions of a server. Subscribe the webhooks to `message.any` rather
 * than `message`, which does not tell what people write on the phone; and to `message.ack`, `message.ack.group`,
 * `message.reaction`, `message.edited`, `message.revoked`, `poll.vote` and `session.status`.
 *
 * @throws {SwitchboardError} `configuration` when an option cannot work
 * @example
 * const channel = wahaChannel({ url: 'http://localhost:3000', apiKey, hmacKey })
 */
export function wahaChannel(options: WahaChannelOptions): WahaChannel {
  const settings = resolveOptions(options)
  const { name, session } = settings
  const now = () => settings.now()
  const memory = channelMemory()
  const call = wahaClient(settings)
  const sessions = sessionsOf(call, memory, settings.engine)
  const fullIds = fullIdsOf(call, memory)
  return {
    specificationVersion: 'v1',
    name,
    defaultAccount: session,
    maxTextLength,
    self: account => memory.selfOf(account),
    receive: request => receiveWebhook(request, { ...settings, memory, now }),
    send: sender(call, sessions, fullIds, memory),
    async markRead({ account, to, providerId }, callOptions) {
      const messageId = await fullIds.find(account, to, providerId, callOptions)
      const participant = to.kind === 'group' ? readKey(messageId)?.participant : undefined
      const body = {
        session: account,
        chatId: chatIdOf(to),
        messageIds: [messageId],
        ...(participant !== undefined && { participant }),
      }
      await call({ ...callOptions, method: 'POST', path: '/api/sendSeen', body, safe: true })
    },
    async startTyping({ account, to }, callOptions) {
      const body = { session: account, chatId: chatIdOf(to) }
      await call({ ...callOptions, method: 'POST', path: '/api/startTyping', body, safe: true })
    },
    download: fileDownloads(settings),
    history: (chat, historyOptions = {}) =>
      readHistory(call, chat, historyOptions, { name, memory, sessions, now }),
    health: ({ account = session, ...callOptions } = {}) => sessions.health(account, callOptions),
    lookUp: (identity, { account = session, ...callOptions } = {}) =>
      sessions.lookUp(account, identity, callOptions),
  }
}
