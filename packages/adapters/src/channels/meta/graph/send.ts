import type { MessageAddress, OutboundMessage, Peer } from '@switchboard/core'
import { refused } from '../../../http/index.js'
import { contentPart } from './content/content.js'

/**
 * The body of a message (Meta, "Sending messages"). `biz_opaque_callback_data` carries our id: every status webhook of
 * the message repeats it, also when the answer to the send itself was lost. A reaction quotes nothing: it names its
 * message itself, and Meta refuses a `context` beside it (Meta, "Contextual replies").
 *
 * @throws {ChannelError} `channel_refused`: Meta would refuse it
 */
export function messageBody({ id, to, quotedId, content }: OutboundMessage): object {
  const quotes = quotedId !== undefined && content.type !== 'reaction'
  return {
    messaging_product: 'whatsapp',
    ...recipient(to),
    ...(quotes && { context: { message_id: quotedId } }),
    biz_opaque_callback_data: id,
    ...contentPart(content),
  }
}

/** Phones with `+`: without it Meta prepends the business's own country code. */
function recipient({ kind, value }: Peer): object {
  switch (kind) {
    case 'phone':
      return { recipient_type: 'individual', to: value.startsWith('+') ? value : `+${value}` }
    case 'bsuid':
    case 'parent_bsuid':
      return { recipient_type: 'individual', recipient: value }
    case 'group':
      return { recipient_type: 'group', to: value }
    default:
      throw refused(
        `Meta has no address of the kind ${kind}: address people by phone or bsuid, or a group.`,
        'recipient',
      )
  }
}

/** Blue ticks, for this message and all before it (Meta, "Mark messages as read"). */
export function readBody({ providerId }: MessageAddress): object {
  return { messaging_product: 'whatsapp', status: 'read', message_id: providerId }
}

/** Also marks as read. Ends with the answer or after 25 s (Meta, "Typing indicators"). */
export function typingBody(message: MessageAddress): object {
  return { ...readBody(message), typing_indicator: { type: 'text' } }
}
