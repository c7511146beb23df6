import type { Content, OutboundContent } from '../vocabulary/index.js'

/** What a content says in words, for search, history and models. `undefined`: it has no words of its own. */
export function contentText(content: Content | OutboundContent): string | undefined {
  switch (content.type) {
    case 'location':
      return content.name ?? content.address
    case 'contacts':
      return content.contacts.map(contact => contact.name ?? contact.phones[0] ?? '').join(', ')
    case 'form':
      return typeof content.data === 'string' ? content.data : JSON.stringify(content.data)
    case 'poll':
      return content.question
    case 'vote':
      return content.options.join(', ') || undefined
    case 'reaction':
      return content.emoji
    case 'unsupported':
      return undefined
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return content.caption
    default:
      return content.text
  }
}
