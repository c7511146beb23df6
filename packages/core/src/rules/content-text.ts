import type { Content } from '../vocabulary/index.js'

/** What a content says in words, for search, history and models. `undefined`: it has no words of its own. */
export function contentText(content: Content): string | undefined {
  switch (content.type) {
    case 'text':
    case 'button':
    case 'system':
      return content.text
    case 'order':
      return content.text
    case 'location':
      return content.name ?? content.address
    case 'contacts':
      return content.contacts.map(contact => contact.name ?? contact.phones[0] ?? '').join(', ')
    case 'form':
      return typeof content.data === 'string' ? content.data : JSON.stringify(content.data)
    case 'unsupported':
      return undefined
    default:
      return content.caption
  }
}
