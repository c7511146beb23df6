import type {
  CallOptions,
  Channel,
  MessageAddress,
  OutboundMessage,
  Received,
  WebhookRequest,
} from '@switchboard/core'
import { contentText } from '@switchboard/core'
import { type ApiRequest, outcomeUnknown } from '../../http/index.js'
import { asFields, asId, asList } from '../../values.js'
import { graphClient } from './graph/client.js'
import { meta } from './graph/errors.js'
import { messageBody, readBody, typingBody } from './graph/send.js'
import { type MetaChannelOptions, resolveOptions } from './options.js'
import { receiveWebhook } from './webhook/receive.js'

/** Meta, "Text messages". */
const maxTextLength = 4096

/** Meta, "Sending messages": after 24 hours of silence templates only. */
const windowMs = 24 * 60 * 60_000

/** A `Channel` with all its optional methods, whose `receive` answers at once. */
export interface MetaChannel extends Channel {
  receive(request: WebhookRequest): Received
  markRead(message: MessageAddress, options?: CallOptions): Promise<void>
  startTyping(message: MessageAddress, options?: CallOptions): Promise<void>
}

/**
 * WhatsApp over Meta's Cloud API: webhooks in, messages out.
 *
 * The account of events is the webhook's `phone_number_id`, and messages leave from the account of their conversation: one
 * channel serves all numbers that share a webhook and a token.
 *
 * @throws {SwitchboardError} `configuration` when an option cannot work
 * @example
 * const channel = metaChannel({ phoneNumberId: '106540000000001', accessToken, appSecret, verifyToken })
 */
export function metaChannel(options: MetaChannelOptions): MetaChannel {
  const settings = resolveOptions(options)
  const { name, phoneNumberId } = settings
  const now = () => settings.now()
  const call = graphClient(settings)
  const post = (account: string, body: object, options?: Partial<ApiRequest>) =>
    call({ ...options, method: 'POST', path: `/${encodeURIComponent(account)}/messages`, body })
  const receiveSettings = {
    channel: name,
    defaultAccount: phoneNumberId,
    appSecret: settings.appSecret,
    verifyToken: settings.verifyToken,
    now,
  }
  return {
    specificationVersion: 'v1',
    name,
    defaultAccount: phoneNumberId,
    maxTextLength,
    windowMs,
    limits: settings.limits,
    receive: request => receiveWebhook(request, receiveSettings),
    async send(message, callOptions) {
      const secrets = secretsOf(message)
      const { content } = await post(message.account, messageBody(message), { ...callOptions, secrets })
      const providerId = asId(asFields(asList(asFields(content)?.messages)?.[0])?.id)
      if (providerId === undefined) throw outcomeUnknown(meta, 'Meta answered without the id of a message')
      return { providerId }
    },
    async markRead(message, callOptions) {
      await post(message.account, readBody(message), callOptions)
    },
    async startTyping(message, callOptions) {
      await post(message.account, typingBody(message), callOptions)
    },
  }
}

/** What errors must not repeat: the words, and whom they are for. */
function secretsOf({ content, to }: OutboundMessage): string[] {
  return [contentText(content) ?? '', to.value.replace(/^\+/, '')]
}
