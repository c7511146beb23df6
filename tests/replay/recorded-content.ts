import type { OutboundContent, OutboundFile, SharedContact } from '@switchboard/core'

export type Json = Record<string, unknown>

/** What an application would have to ask for, so that a recorded body leaves. Knows no kind that is not recorded. */
export function contentOf(body: Json): OutboundContent {
  const type = String(body.type)
  const part = body[type] as Json
  switch (type) {
    case 'text':
      return {
        type,
        text: String(part.body),
        ...(part.preview_url !== undefined && { linkPreview: part.preview_url === true }),
      }
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker': {
      const caption = part.caption === undefined ? {} : { caption: String(part.caption) }
      return { type: part.voice === true ? 'voice' : type, media: fileOf(part), ...caption }
    }
    case 'location':
      return { type, ...(part as { latitude: number; longitude: number }) }
    case 'contacts':
      return { type, contacts: (part as unknown as Json[]).map(cardOf) }
    case 'reaction': {
      const targetId = String(part.message_id)
      return part.emoji === '' ? { type, targetId } : { type, targetId, emoji: String(part.emoji) }
    }
    case 'template': {
      const { name, language, components } = part as { name: string; language: Json; components?: Json[] }
      return { type, name, language: String(language.code), ...(components && { components }) }
    }
    case 'interactive':
      return interactiveOf(part)
    default:
      throw new Error(`recorded, but of an unknown type: ${type}`)
  }
}

function fileOf({ id, link, filename }: Json): OutboundFile {
  return {
    ...(id !== undefined && { id: String(id) }),
    ...(link !== undefined && { url: String(link) }),
    ...(filename !== undefined && { filename: String(filename) }),
  }
}

function cardOf({ name, phones }: Json): SharedContact {
  return {
    name: String((name as Json).formatted_name),
    phones: (phones as Json[]).map(({ phone }) => String(phone)),
  }
}

function interactiveOf(interactive: Json): OutboundContent {
  const action = interactive.action as Json
  const parameters = (action.parameters ?? {}) as Json
  const textIn = (part: string) => (interactive[part] as { text: string } | undefined)?.text
  const [header, footer] = [textIn('header'), textIn('footer')]
  const words = { text: textIn('body') ?? '', ...(header && { header }), ...(footer && { footer }) }
  switch (interactive.type) {
    case 'button':
      return {
        type: 'buttons',
        ...words,
        buttons: (action.buttons as { reply: { id: string; title: string } }[]).map(({ reply }) => reply),
      }
    case 'list':
      return { type: 'list', ...words, ...(action as { button: string; sections: [] }) }
    case 'cta_url':
      return { type: 'link', ...words, label: String(parameters.display_text), url: String(parameters.url) }
    case 'flow':
      return {
        type: 'flow',
        ...words,
        button: String(parameters.flow_cta),
        flowId: String(parameters.flow_id),
        token: String(parameters.flow_token),
        ...(parameters.flow_action_payload as { screen: string }),
      }
    case 'location_request_message':
      return { type: 'location_request', ...words }
    case 'contact_request':
      return { type: 'contact_request', ...words }
    default:
      throw new Error(`recorded, but of an unknown kind: ${String(interactive.type)}`)
  }
}
