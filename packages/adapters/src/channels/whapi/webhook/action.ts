import type { Content, EditEvent, ReactionEvent, RevokeEvent } from '@switchboard/core'
import { asFields, asId, asList, asNumber, asText, asWords, type Fields } from '../../../values.js'
import { readContent } from './content.js'

/** What an action does, without the line that reports it. */
type Action =
  | Pick<ReactionEvent, 'type' | 'targetId' | 'emoji'>
  | Pick<EditEvent, 'type' | 'targetId' | 'content'>
  | Pick<RevokeEvent, 'type' | 'targetId'>
  | { readonly type: 'message'; readonly content: Content; readonly targetId: string | undefined }

/**
 * A message of the type `action`: `{ target, type, … }` (Whapi's OpenAPI file, `MessageAction`). Edits are called `edit` or
 * `edited`; an empty or absent emoji takes a reaction back.
 */
export function readAction(message: Fields): Action {
  const action = asFields(message.action) ?? {}
  const type = asWords(action.type)
  const targetId = asId(action.target)
  return (
    (targetId === undefined ? undefined : changeOf(type, action, targetId)) ?? {
      type: 'message',
      content: contentOf(type, action, message),
      targetId,
    }
  )
}

function changeOf(type: string | undefined, action: Fields, targetId: string): Action | undefined {
  switch (type) {
    case 'reaction': {
      const emoji = asWords(action.emoji)
      return emoji === undefined ? { type, targetId } : { type, targetId, emoji }
    }
    case 'edit':
    case 'edited':
      return { type: 'edit', targetId, content: readEdited(action) }
    case 'delete':
      return { type: 'revoke', targetId }
    default:
      return undefined
  }
}

/** `edited_content` is the object that a new message has under its type's name. */
function readEdited(action: Fields): Content {
  const edited = asFields(action.edited_content)
  const type = asWords(action.edited_type) ?? (asText(edited?.body) === undefined ? undefined : 'text')
  return readContent(type === undefined ? {} : { type, [type]: edited })
}

function contentOf(type: string | undefined, action: Fields, message: Fields): Content {
  switch (type) {
    case 'vote': {
      const votes = asList(action.votes)
      if (votes) return { type: 'vote', options: optionNames(votes, message.poll) }
      break
    }
    case 'comment': {
      const text = asWords(action.comment)
      if (text !== undefined) return { type: 'text', text }
      break
    }
    case 'pin':
      return { type: 'system', text: 'Pinned a message', event: type }
    case 'unpin':
      return { type: 'system', text: 'Unpinned a message', event: type }
    case 'ephemeral': {
      const seconds = asNumber(action.ephemeral)
      const text =
        seconds === undefined ? 'Changed how long messages stay' : `Messages disappear after ${seconds} s`
      return { type: 'system', text: seconds === 0 ? 'Messages stay' : text, event: type }
    }
    case 'event_response': {
      const response = asWords(asFields(action.event_response)?.response)
      const text = response === undefined ? 'Answered an event' : `Answered an event: ${response}`
      return { type: 'system', text, event: type }
    }
  }
  return { type: 'unsupported', kind: type ?? 'action' }
}

/**
 * The names of what was chosen. Votes name options by their hash; a poll in the same message tells which are meant,
 * others stay as they came.
 */
function optionNames(votes: readonly unknown[], poll: unknown): string[] {
  const results = asList(asFields(poll)?.results)?.map(asFields)
  const names = votes.map(vote => {
    const named = results?.find(option => option !== undefined && option.id === vote)
    return asWords(named?.name) ?? asWords(vote)
  })
  return names.filter(name => name !== undefined)
}
