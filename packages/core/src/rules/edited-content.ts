import type { Content, OutboundContent } from '../vocabulary/index.js'
import { contentText } from './content-text.js'

/**
 * What a message says after an edit. A file stays, only its caption changes: WhatsApp edits no more of it, and some
 * providers report the new caption as a text.
 */
export function editedContent(original: Content | OutboundContent, edit: Content): Content | OutboundContent {
  if (!('media' in original)) return edit
  const { caption: _, ...file } = original
  const words = contentText(edit)
  return words === undefined ? file : { ...file, caption: words }
}
