import type {
  CallOptions,
  Channel,
  DownloadOptions,
  Identity,
  MediaFile,
  MediaRef,
  MessageAddress,
  OutboundMessage,
  SendResult,
} from '@switchboard/core'
import { type ApiRequest, type CallApi, refused, secretsOf } from '../../http/index.js'
import { readPeople } from '../../webhook/jid.js'
import { openSelf } from '../../webhook/self.js'
import { isAccount } from './account.js'
import { chatOf, segment } from './gate/address.js'
import { checkSuccess, readHealth, readMediaId, readSent } from './gate/answers.js'
import { gateClient } from './gate/client.js'
import { downloader } from './gate/download.js'
import { readHistory } from './gate/history.js'
import { findLid } from './gate/lids.js'
import { sendRequest } from './gate/send.js'
import { resolveOptions, type WhapiChannelOptions, type WhapiSettings } from './options.js'
import { ownIdOf } from './own-id.js'
import { type OwnSends, openOwnSends } from './own-sends.js'
import { receiveWebhook } from './webhook/receive.js'

/** WhatsApp's own limit; Whapi says none. */
const maxTextLength = 65_536

/** What Whapi can serve of what is optional. */
type Served = 'markRead' | 'startTyping' | 'download' | 'upload' | 'history' | 'health' | 'lookUp'

/** A `Channel` with the optional methods that Whapi can serve. */
export interface WhapiChannel extends Omit<Channel, Served>, Required<Pick<Channel, Served>> {
  receive: NonNullable<Channel['receive']>
  /** The channel's addresses as far as they are known: the option `phone`, and what webhooks told. */
  self(account: string): readonly Identity[]
}

/**
 * WhatsApp over Whapi.cloud, which links a phone as WhatsApp Web does: webhooks in, messages out.
 *
 * Whapi signs no webhooks: set `webhookSecret`, and the same secret as a custom header in the channel's settings. It has no
 * idempotency key and gives no id of ours back: a send whose answer was lost stays `unknown` for a person to look at.
 *
 * @throws {SwitchboardError} `configuration` when an option cannot work
 * @example
 * const channel = whapiChannel({ account: 'SUPERMAN-F75AB', token, webhookSecret })
 */
export function whapiChannel(options: WhapiChannelOptions): WhapiChannel {
  const settings = resolveOptions(options)
  const { name, account } = settings
  const now = () => settings.now()
  const { known, learn } = openSelf(settings.phone)
  const learnSelf = (address: unknown) => learn(readPeople([address]))
  const selfOf = (given: string) => (isAccount(account, given) ? known() : [])
  const ownSends = settings.otherTools ? openOwnSends() : undefined
  const receiveSettings = {
    ...settings,
    ownSends,
    selfOf,
    channel: name,
    defaultAccount: account,
    now,
    learnSelf: (address: unknown, given: string) => {
      if (isAccount(account, given)) learnSelf(address)
    },
  }
  const call = gateClient(settings)
  return {
    specificationVersion: 'v1',
    name,
    defaultAccount: account,
    maxTextLength,
    self: selfOf,
    receive: request => receiveWebhook(request, receiveSettings),
    send(message, callOptions) {
      const result = send(message, call, settings, callOptions)
      return ownSends ? ownSends.underway(account, noted(result, ownSends)) : result
    },
    ...chatCalls(call, settings),
    ...fileCalls(call, settings),
    async *history({ account: given, peer }, historyOptions) {
      checkAccount(account, given)
      const surroundings = () => ({ channel: name, account, now: now(), learnSelf, self: known, ownSends })
      yield* readHistory(call, peer, surroundings, historyOptions)
    },
    async health({ account: given, signal } = {}) {
      checkAccount(account, given)
      // Asking must not start a channel that its owner has stopped.
      const request = { method: 'GET', path: '/health?wakeup=false', ...(signal && { signal }) } as const
      const { content } = await call(request)
      learnSelf(ownIdOf(content))
      return readHealth(content)
    },
    async lookUp(identity, { account: given, signal } = {}) {
      checkAccount(account, given)
      return findLid(call, identity, signal)
    },
  }
}

/** Before anybody who waits for the send looks. */
async function noted(sending: Promise<SendResult>, ownSends: OwnSends): Promise<SendResult> {
  const result = await sending
  if (result.providerId !== undefined) ownSends.add(result.providerId)
  return result
}

async function send(
  message: OutboundMessage,
  call: CallApi,
  { account, typingTime, timeoutMs }: WhapiSettings,
  options: CallOptions | undefined,
): Promise<SendResult> {
  checkAccount(account, message.account)
  const { pause = 0, ...request } = sendRequest(message, typingTime)
  const { content } = await call({
    ...request,
    ...options,
    secrets: secretsOf(message),
    timeoutMs: timeoutMs + pause * 1000,
  })
  if (message.content.type !== 'reaction') return readSent(content)
  checkSuccess(content)
  return {}
}

function chatCalls(call: CallApi, { account, timeoutMs, typingSeconds }: WhapiSettings) {
  const put = async (message: MessageAddress, request: Omit<ApiRequest, 'method'>, options?: CallOptions) => {
    checkAccount(account, message.account)
    const secrets = [message.to.value.replace(/\D/g, '')]
    const { content } = await call({ ...request, ...options, method: 'PUT', safe: true, secrets })
    checkSuccess(content)
  }
  return {
    markRead: (message: MessageAddress, options?: CallOptions) =>
      put(message, { path: `/messages/${segment(message.providerId)}` }, options),
    async startTyping(message: MessageAddress, options?: CallOptions) {
      const path = `/presences/${segment(chatOf(message.to))}`
      const body = { presence: 'typing', delay: typingSeconds }
      await put(message, { path, body, timeoutMs: timeoutMs + typingSeconds * 1000 }, options)
    },
  }
}

function fileCalls(call: CallApi, settings: WhapiSettings) {
  const download = downloader(settings)
  return {
    async download(media: MediaRef, options?: DownloadOptions) {
      checkAccount(settings.account, options?.account)
      return download(media, options)
    },
    async upload(file: MediaFile, { account, signal }: Omit<DownloadOptions, 'maxBytes'> = {}) {
      checkAccount(settings.account, account)
      const { bytes, mimeType, filename } = file
      const { content } = await call({
        method: 'POST',
        path: '/media',
        body: bytes,
        contentType: mimeType ?? 'application/octet-stream',
        // A file that is there twice does no harm.
        safe: true,
        ...(signal && { signal }),
      })
      return {
        id: readMediaId(content),
        ...(mimeType !== undefined && { mimeType }),
        ...(filename !== undefined && { filename }),
      }
    },
  }
}

/** A reply must not leave from another number than the one that was written to. */
function checkAccount(own: string, given: string | undefined): void {
  if (given === undefined || isAccount(own, given)) return
  const message = `The token is for the account ${own}, not for ${given}: open a channel for each account.`
  throw refused(message, 'account')
}
