import { asFields, asList } from '../../../values.js'
import type { Change } from './change.js'
import { addMessage, type Thread } from './message.js'
import { addNotice } from './notices.js'

/**
 * An element of `history`: a chunk of threads, or the errors that say why there is none (2593109: the business does not
 * share it). Media follow in webhooks of their own, with the ids of their placeholders: they become edits of them.
 *
 * @returns whether it is all read: a chunk with errors is not
 */
export function addHistory(raw: unknown, change: Change): boolean {
  const chunk = asFields(raw)
  const threads = asList(chunk?.threads)
  for (const thread of threads ?? []) {
    if (!addThread(thread, change)) addNotice(change, 'history', thread)
  }
  return threads !== undefined && chunk?.errors === undefined
}

function addThread(raw: unknown, change: Change): boolean {
  const fields = asFields(raw)
  const messages = asList(fields?.messages)
  if (!fields || !messages) return false
  const context = asFields(fields.context)
  const thread: Thread = {
    addresses: {
      phone: context?.wa_id ?? fields.id,
      userId: context?.user_id,
      parentUserId: context?.parent_user_id,
    },
    context,
  }
  for (const message of messages) {
    if (!addMessage(message, change, thread)) addNotice(change, 'messages', message)
  }
  return true
}
