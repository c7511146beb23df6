import type { ProviderCall } from '../api/call.js'
import type { JsonObject } from '../json.js'
import { showTyping } from '../typing.js'
import type { World } from '../world.js'
import { choiceAt, objectAt } from './check.js'
import { invalid, missing, unusable } from './graph-error.js'
import { requireKnown } from './send-message.js'

/** The bubble goes with the answer, or after this long (Meta, "Typing indicators"). */
const TYPING_MS = 25_000

/** `POST …/messages` with `status: "read"`, with or without a typing indicator. */
export function readReadMark(world: World, body: JsonObject): ProviderCall {
  choiceAt(body, 'status', '', ['read'])
  const id = body.message_id
  if (id === undefined) throw missing('message_id')
  if (typeof id !== 'string') throw invalid('Param message_id must be a string.')
  requireKnown(world, id, 'message_id')
  const message = world.chats.get(id)
  if (message && message.author !== 'person')
    throw unusable('Param message_id must be the ID of a received message.')
  const typing = body.typing_indicator !== undefined
  if (typing)
    choiceAt(objectAt(body.typing_indicator, 'typing_indicator', ['type']), 'type', 'typing_indicator', [
      'text',
    ])
  return {
    operation: 'read',
    via: ['meta'],
    body,
    perform: async sequence => {
      world.ledger.addRead({ messageId: id, provider: 'meta', typing, at: world.now(), sequence })
      if (message) {
        // Reading a message reads what came before it too (Meta, "Mark messages as read").
        world.chats.readUpTo(id)
        if (typing) showTyping(world, message.chat, TYPING_MS)
      }
      return { status: 200, body: { success: true } }
    },
  }
}
