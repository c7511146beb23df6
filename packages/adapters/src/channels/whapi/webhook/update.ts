import { asFields, asId, asList } from '../../../values.js'
import { readContent } from './content.js'
import { derivedId } from './derived-id.js'
import { addEdit } from './line.js'
import { addMessage, readLine } from './message.js'

import type { Report } from './report.js'

/**
 * An element of `messages_updates`: `{ id, trigger, before_update, after_update, changes }`. Its trigger is the action that
 * webhooks also report as a message: read as that, it has the same id, and the store keeps one of them.
 *
 * @returns whether it could be read: changes of labels and the like change nothing that was said
 */
export function addUpdate(item: unknown, report: Report): boolean {
  const update = asFields(item)
  if (!update) return false
  if (addMessage(update.trigger, report, update)) return true
  const after = asFields(update.after_update)
  const targetId = asId(update.id) ?? asId(after?.id)
  if (!after || targetId === undefined) return false
  const content = readContent(after)
  const now = JSON.stringify(content)
  const before = asFields(update.before_update)
  const changed = before
    ? now !== JSON.stringify(readContent(before))
    : asList(update.changes)?.includes(after.type) === true
  const line = changed ? readLine(derivedId('edit', [targetId, now]), after, update) : undefined
  if (!line) return false
  addEdit(line, targetId, content, report)
  return true
}
