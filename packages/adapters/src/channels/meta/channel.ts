import type { Channel, Received, WebhookRequest } from '@switchboard/core'
import { type ApiRequest, outcomeUnknown, pathSegment, secretsOf } from '../../http/index.js'
import { asFields, asId, asList } from '../../values.js'
import { graphClient } from './graph/client.js'
import { longestText } from './graph/content/content.js'
import { mediaDownload } from './graph/download.js'
import { meta } from './graph/errors.js'
import { readHealth } from './graph/health.js'
import { messageBody, readBody, typingBody } from './graph/send.js'
import { mediaUpload, withUpload } from './graph/upload.js'
import { type MetaChannelOptions, type MetaSettings, resolveOptions } from './options.js'
import { receiveWebhook } from './webhook/receive.js'

/** What Meta can serve of what is optional. */
type Served = 'markRead' | 'startTyping' | 'download' | 'upload' | 'health'

/** Meta, "Sending messages": after 24 hours of silence templates only. */
const windowMs = 24 * 60 * 60_000

/** A `Channel` whose `receive` answers at once, with the optional methods that Meta can serve. */
export interface MetaChannel extends Omit<Channel, Served>, Required<Pick<Channel, Served>> {
  receive(request: WebhookRequest): Received
}

/**
 * WhatsApp over Meta's Cloud API: webhooks in, messages out.
 *
 * The account of events is the webhook's `phone_number_id`, and messages leave from the account of their conversation: one
 * channel serves all numbers behind one webhook. Numbers with tokens or apps of their own are listed as `accounts`.
 *
 * @throws {SwitchboardError} `configuration` when an option cannot work
 * @example
 * const channel = metaChannel({ phoneNumberId: '106540000000001', accessToken, appSecret, verifyToken })
 */
export function metaChannel(options: MetaChannelOptions): MetaChannel {
  const settings = resolveOptions(options)
  const { name, phoneNumberId, appSecrets, verifyToken } = settings
  const now = () => settings.now()
  const connectionOf = connections(settings)
  const post = (account: string, body: object, options?: Partial<ApiRequest>) =>
    connectionOf(account).call({
      ...options,
      method: 'POST',
      path: `/${pathSegment(account)}/messages`,
      body,
    })
  const receiveSettings = {
    channel: name,
    defaultAccount: phoneNumberId,
    appSecrets,
    signers: [...new Set(appSecrets.values())].filter(secret => secret !== undefined),
    verifyToken,
    now,
  }
  return {
    specificationVersion: 'v1',
    name,
    defaultAccount: phoneNumberId,
    maxTextLength: longestText,
    windowMs,
    limits: settings.limits,
    receive: request => receiveWebhook(request, receiveSettings),
    async send(message, callOptions) {
      const ready = await withUpload(message, connectionOf(message.account).upload, callOptions)
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
    download: (media, callOptions) => connectionOf(callOptions?.account).download(media, callOptions),
    upload: (file, callOptions) => connectionOf(callOptions?.account).upload(file, callOptions),
    health: ({ account = phoneNumberId, ...callOptions } = {}) =>
      readHealth(connectionOf(account).call, account, callOptions),
  }
}

/** What speaks for a number: with its own token, else with that of the channel's number. */
function connections(settings: MetaSettings) {
  const byAccount = new Map(
    [...settings.accessTokens].map(([account, accessToken]) => {
      const own = { ...settings, accessToken }
      const call = graphClient(own)
      return [account, { call, upload: mediaUpload(call, own), download: mediaDownload(call, own) }] as const
    }),
  )
  const [main] = byAccount.values()
  return (account: string | undefined) => byAccount.get(account ?? '') ?? (main as NonNullable<typeof main>)
}
