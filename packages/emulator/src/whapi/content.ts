import { createHash } from 'node:crypto'
import { asObjects, asString, compact, isObject, type JsonObject } from '../json.js'
import { cardName, vcardOf } from '../vcard.js'
import type { WhapiChannel } from './channel.js'

/**
 * What the emulator calls a message (Meta's word and Meta's object) as Whapi writes it: `{ type, [type]: … }`. What
 * Whapi has no word for goes out as it is.
 */
export function toWhapi(channel: WhapiChannel, type: string, content: unknown): JsonObject {
  const object = isObject(content) ? content : {}
  switch (type) {
    case 'text':
      return textContent(asString(object.body) ?? '')
    case 'image':
    case 'video':
    case 'document':
    case 'sticker':
      return { type, [type]: mediaContent(channel, type, object) }
    case 'audio': {
      const kind = object.voice === true ? 'voice' : 'audio'
      return { type: kind, [kind]: mediaContent(channel, kind, object) }
    }
    case 'contacts':
      return contactContent(asObjects(object.list ?? content))
    case 'interactive':
      return replyContent(object) ?? { type, interactive: object.whapi ?? {} }
    case 'button':
      return buttonReply(asString(object.payload) ?? '', asString(object.text) ?? '')
    case 'poll':
      return { type, poll: pollContent(object) }
    default:
      return { type, [type]: content }
  }
}

// A text with a link in it is a message of another type (Whapi, "Incoming webhooks format").
function textContent(body: string): JsonObject {
  const url = /https?:\/\/[^\s]+/.exec(body)?.[0]
  if (url === undefined || !URL.canParse(url)) return { type: 'text', text: { body } }
  return { type: 'link_preview', link_preview: { body, url, title: new URL(url).hostname } }
}

function mediaContent(channel: WhapiChannel, kind: string, object: JsonObject): JsonObject {
  const { media, origin } = channel.world
  const file = media.get(String(object.id))
  const filename = asString(object.filename)
  return compact({
    id: asString(object.id),
    mime_type: file?.mimeType ?? asString(object.mime_type) ?? 'application/octet-stream',
    file_size: file?.bytes.length ?? 1,
    sha256: file?.sha256.base64,
    link: file && channel.autoDownload.includes(kind) ? `${origin()}/whapi-files/${file.id}` : undefined,
    caption: asString(object.caption),
    filename,
    file_name: filename,
    animated: kind === 'sticker' ? object.animated === true : undefined,
    seconds: kind === 'voice' || kind === 'audio' ? 1 : undefined,
  })
}

function contactContent(cards: readonly JsonObject[]): JsonObject {
  const list = cards.map(card => ({ name: cardName(card), vcard: vcardOf(card) }))
  const [first] = list
  return list.length === 1 && first
    ? { type: 'contact', contact: first }
    : { type: 'contact_list', contact_list: { list } }
}

function replyContent(object: JsonObject): JsonObject | undefined {
  const button = object.button_reply
  if (isObject(button)) return buttonReply(asString(button.id) ?? '', asString(button.title) ?? '')
  const row = object.list_reply
  if (!isObject(row)) return undefined
  const listReply = { ...row, id: `ListV3:${asString(row.id) ?? ''}` }
  return { type: 'reply', reply: { type: 'list_reply', list_reply: listReply } }
}

function buttonReply(id: string, title: string): JsonObject {
  return { type: 'reply', reply: { type: 'buttons_reply', buttons_reply: { id: `ButtonsV3:${id}`, title } } }
}

function pollContent(object: JsonObject): JsonObject {
  const options = Array.isArray(object.options) ? object.options.map(String) : []
  const results = options.map(name => ({ id: voteId(name), name, voters: [], count: 0 }))
  const limit = object.multiple === true ? 0 : 1
  return { title: asString(object.name) ?? '', options, vote_limit: limit, total: 0, results }
}

/** How a vote names an option: WhatsApp hashes its words. */
export function voteId(option: string): string {
  return createHash('sha256').update(option).digest('base64')
}
