import type { Channel, Received, WebhookRequest } from '@switchboard/core'
import { type ApiRequest, outcomeUnknown } from '../../http/index.js'
import { asFields, asId, asList } from '../../values.js'
import { graphClient } from './graph/client.js'
import { longestText } from './graph/content/content.js'
import { mediaDownload } from './graph/download.js'
import { meta } from './graph/errors.js'
import { readHealth } from './graph/health.js'
import { secretsOf } from './graph/secrets.js'
import { messageBody, readBody, typingBody } from './graph/send.js'
import { mediaUpload, withUpload } from './graph/upload.js'
import { type MetaChannelOptions, resolveOptions } from './options.js'
import { receiveWebhook } from './webhook/receive.js'

/** What Meta can serve of what is optional. */
type Served = 'markRead' | 'startTyping' | 'download' | 'upload' | 'health'

/** A `Channel` whose `receive` answers at once, with the optional methods that Meta can serve. */
export interface MetaChannel extends Omit<Channel, Served>, Required<Pick<Channel, Served>> {
  receive(request: WebhookRequest): Received
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
  const upload = mediaUpload(call, settings)
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
    maxTextLength: longestText,
    receive: request => receiveWebhook(request, receiveSettings),
    async send(message, callOptions) {
      const ready = await withUpload(message, upload, callOptions)
      const secrets = secretsOf(ready)
      const { content } = await post(ready.account, messageBody(ready), { ...callOptions, secrets })
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
    download: mediaDownload(call, settings),
    upload,
    health: ({ account = phoneNumberId, ...callOptions } = {}) => readHealth(call, account, callOptions),
  }
}
