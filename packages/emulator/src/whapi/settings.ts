import { asObjects, isObject, type JsonObject } from '../json.js'
import type { WhapiChannel } from './channel.js'

/** `GET /settings`. */
export function settingsOf(channel: WhapiChannel): JsonObject {
  const { webhook, headers, events, autoDownload, otherSettings } = channel
  const listed =
    events && [...events].map(each => each.split('.')).map(([type, method]) => ({ type, method }))
  const url = webhook instanceof URL ? webhook.href : undefined
  const webhooks =
    url === undefined ? [] : [{ mode: 'body', url, headers, ...(listed && { events: listed }) }]
  return { ...otherSettings, webhooks, media: { auto_download: autoDownload } }
}

/** `PATCH /settings`: the first webhook is where events go from now on. */
export function patchSettings(channel: WhapiChannel, patch: JsonObject): JsonObject {
  const before = settingsOf(channel)
  const { webhooks, media, ...others } = patch
  if (Array.isArray(webhooks)) takeWebhook(channel, asObjects(webhooks)[0])
  if (isObject(media) && Array.isArray(media.auto_download))
    channel.autoDownload = media.auto_download.map(String)
  channel.otherSettings = { ...channel.otherSettings, ...others }
  const after = settingsOf(channel)
  return { before_update: before, after_update: after, changes: Object.keys(patch) }
}

function takeWebhook(channel: WhapiChannel, webhook: JsonObject | undefined): void {
  const url = String(webhook?.url)
  channel.webhook = webhook && URL.canParse(url) ? new URL(url) : undefined
  if (isObject(webhook?.headers))
    channel.headers = Object.fromEntries(
      Object.entries(webhook.headers).map(([name, value]) => [name, String(value)]),
    )
  if (Array.isArray(webhook?.events))
    channel.events = new Set(asObjects(webhook.events).map(({ type, method }) => `${type}.${method}`))
}
