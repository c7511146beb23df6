import type { OutboundContent, OutboundLocation, OutboundTemplate, OutboundText } from '@switchboard/core'
import { asList } from '../../../../values.js'
import { contactsPart } from './contacts.js'
import { buttonsPart, flowPart, linkPart, listPart, requestPart } from './interactive.js'
import { readNumber, readOptionalText, readText, wrong } from './limits.js'
import { mediaPart } from './media.js'

/** Meta, "Text messages". */
export const longestText = 4096

/**
 * `type` and the object of that name.
 *
 * @throws {ChannelError} `channel_refused` for what Meta does not send, or not so; it names the field
 */
export function contentPart(content: OutboundContent): object {
  switch (content.type) {
    case 'text':
      return textPart(content)
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return mediaPart(content)
    case 'location':
      return locationPart(content)
    case 'contacts':
      return contactsPart(content)
    case 'reaction': {
      // An empty emoji takes the reaction back (Meta, "Reaction messages").
      const emoji = readOptionalText(content.emoji, 'emoji') ?? ''
      const reaction = { message_id: readText(content.targetId, 'targetId'), emoji }
      return { type: 'reaction', reaction }
    }
    case 'buttons':
      return buttonsPart(content)
    case 'list':
      return listPart(content)
    case 'link':
      return linkPart(content)
    case 'flow':
      return flowPart(content)
    case 'location_request':
    case 'contact_request':
      return requestPart(content)
    case 'template':
      return templatePart(content)
    case 'poll':
      throw wrong('the Cloud API has no polls. Send buttons, up to three, or a list of up to ten rows.')
    default:
      throw wrong('its type is none of those that can be sent.')
  }
}

function textPart({ text, linkPreview }: OutboundText): object {
  const preview = linkPreview === undefined ? {} : { preview_url: linkPreview }
  return { type: 'text', text: { ...preview, body: readText(text, 'text', longestText) } }
}

function locationPart(content: OutboundLocation): object {
  const name = readOptionalText(content.name, 'name')
  const address = readOptionalText(content.address, 'address')
  const location = {
    latitude: readNumber(content.latitude, 'latitude', 90),
    longitude: readNumber(content.longitude, 'longitude', 180),
    ...(name !== undefined && { name }),
    ...(address !== undefined && { address }),
  }
  return { type: 'location', location }
}

function templatePart({ name, language, components }: OutboundTemplate): object {
  if (components !== undefined && !asList(components)) throw wrong('components is no list.')
  const template = {
    name: readText(name, 'name', 512),
    language: { code: readText(language, 'language') },
    ...(components !== undefined && { components }),
  }
  return { type: 'template', template }
}
