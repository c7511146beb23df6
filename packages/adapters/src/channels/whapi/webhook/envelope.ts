import { asFields, asList, type Fields } from '../../../values.js'
import { ownIdOf } from '../own-id.js'
import { addMessage } from './message.js'
import { addNotice, type Report } from './report.js'
import { addStatus } from './status.js'
import { addUpdate } from './update.js'

/**
 * Everything that a body holds, in its order, by the names of its arrays: the event that it says it is may be spelled
 * `event.event` (on the wire) or `event.method` (Whapi's OpenAPI file), or be missing. What is no message, update or
 * status becomes a notice, with the event. Never throws.
 *
 * @param method the request's, which is the event in the mode `method`
 */
export function readBody(body: Fields, method: string, report: Report): void {
  const about = {
    ...(body.event !== undefined && { event: body.event }),
    ...(method !== 'POST' && { method }),
  }
  let parts = 0
  for (const key of Object.keys(body)) {
    const value = body[key]
    switch (key) {
      case 'event':
      case 'channel_id':
        continue
      case 'messages':
        readEach(value, key, addMessage, report)
        break
      case 'messages_updates':
        readEach(value, key, addUpdate, report)
        break
      case 'statuses':
        readEach(value, key, addStatus, report)
        break
      default:
        report.learnSelf(ownId(key, value))
        addNotice(report, key, { ...about, [key]: value })
    }
    parts += 1
  }
  if (parts === 0) addNotice(report, 'event', body)
}

/** The channel's state names the account; `user` is the account itself. */
function ownId(key: string, value: unknown): unknown {
  if (key === 'user') return asFields(value)?.id
  return key === 'health' ? ownIdOf(value) : undefined
}

export function readEach(
  value: unknown,
  key: string,
  read: (item: unknown, report: Report) => boolean,
  report: Report,
): void {
  const items = asList(value)
  if (!items) addNotice(report, key, value)
  for (const item of items ?? []) {
    if (!read(item, report)) addNotice(report, key, item)
  }
}
