import type { ChatMessage } from './chats.js'
import { asString, compact, isObject, type JsonObject } from './json.js'
import type { World } from './world.js'

/** Where a message stands: whose chat, who wrote it, through which account. */
export type MessagePlace = Pick<
  ChatMessage,
  'chat' | 'author' | 'person' | 'phoneNumberId' | 'provider' | 'id' | 'timestamp' | 'quotedId' | 'text'
>

/**
 * Shows `{ type, [type]: … }` on the phone. Reactions, edits, revokes and votes change a message instead of adding one.
 */
export function showMessage(world: World, message: JsonObject, place: MessagePlace): void {
  const by = place.author === 'person' ? (place.person ?? '') : 'business'
  if (applyChange(world, message, by)) return
  const type = asString(message.type) ?? 'unknown'
  world.chats.add({
    ...place,
    ...compact({ text: place.text ?? wordsOf(type, message[type]) }),
    type,
    content: message[type],
    tick: 'sent',
  })
}

function applyChange(world: World, message: JsonObject, author: string): boolean {
  const { reaction, edit, revoke, vote } = message
  if (message.type === 'reaction' && isObject(reaction))
    world.chats.react(asString(reaction.message_id) ?? '', author, asString(reaction.emoji) ?? '')
  else if (message.type === 'edit' && isObject(edit) && isObject(edit.message)) {
    const type = asString(edit.message.type) ?? ''
    const content = edit.message[type]
    if (isObject(content))
      world.chats.edit(asString(edit.original_message_id) ?? '', content, wordsOf(type, content))
  } else if (message.type === 'revoke' && isObject(revoke))
    world.chats.revoke(asString(revoke.original_message_id) ?? '')
  else if (message.type === 'vote' && isObject(vote)) {
    const options = Array.isArray(vote.options) ? vote.options.map(String) : []
    world.chats.vote(asString(vote.message_id) ?? '', author, options)
  } else return false
  return true
}

/** What a person reads in the bubble. */
function wordsOf(type: string, content: unknown): string | undefined {
  if (!isObject(content)) return undefined
  if (type === 'interactive') {
    const reply = content[asString(content.type) ?? '']
    return isObject(reply) ? asString(reply.title) : undefined
  }
  return (
    asString(content.body) ?? asString(content.caption) ?? asString(content.text) ?? asString(content.name)
  )
}
