import type {
  CallOptions,
  Channel,
  MessageAddress,
  OutboundMessage,
  Received,
  WebhookRequest,
} from '@switchboard/core'
import { graphClient } from './graph/client.js'
import { outcomeUnknown } from './graph/errors.js'
import { fetchTransport } from './graph/fetch-transport.js'
import { httpTransport } from './graph/http-transport.js'
import { messageBody, readBody, typingBody } from './graph/send.js'
import { type MetaChannelOptions, resolveOptions } from './options.js'
import { asFields, asId, asList } from './values.js'
import { receiveWebhook } from './webhook/receive.js'

/** Meta, "Text messages". */
const maxTextLength = 4096

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
  const { accessToken, base, fetch, name, path, phoneNumberId, timeoutMs } = settings
  const now = () => settings.now()
  const transport = fetch ? fetchTransport(base, fetch) : httpTransport(base)
  const post = graphClient({ transport, path, accessToken, timeoutMs, now })
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
    receive: request => receiveWebhook(request, receiveSettings),
    async send(message, callOptions) {
      const body = messageBody(message)
      const answer = await post({
        ...callOptions,
        account: message.account,
        body,
        secrets: secretsOf(message),
      })
      const providerId = asId(asFields(asList(answer?.messages)?.[0])?.id)
      if (providerId === undefined) throw outcomeUnknown('Meta answered without the id of a message')
      return { providerId }
    },
    async markRead(message, callOptions) {
      await post({ ...callOptions, account: message.account, body: readBody(message) })
    },
    async startTyping(message, callOptions) {
      await post({ ...callOptions, account: message.account, body: typingBody(message) })
    },
  }
}

/** What errors must not repeat: the words, and whom they are for. */
function secretsOf({ content, to }: OutboundMessage): string[] {
  return [content.text, to.value.replace(/^\+/, '')]
}
