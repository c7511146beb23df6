import type { BatchSpread } from '../../faults/vocabulary.js'
import { asObjects, type JsonObject } from '../../json.js'
import type { Change } from './wire.js'

/** Lays several changes out over the entries and changes of one webhook. */
export function spreadChanges(changes: readonly Change[], spread: BatchSpread): Change[][] {
  if (spread === 'entries') return changes.map(change => [change])
  if (spread === 'changes') return groupByAccount(changes)
  if (spread === 'messages') return groupByAccount(mergeChanges(changes))
  const [shared, third, rest] = [changes.slice(0, 2), changes.slice(2, 3), changes.slice(3)]
  return [...groupByAccount([...mergeChanges(shared), ...third]), ...rest.map(change => [change])]
}

function groupByAccount(changes: readonly Change[]): Change[][] {
  const groups = new Map<string, Change[]>()
  for (const change of changes) {
    const group = groups.get(change.businessAccountId)
    if (group) group.push(change)
    else groups.set(change.businessAccountId, [change])
  }
  return [...groups.values()]
}

const LISTS = ['messages', 'statuses', 'message_echoes', 'history', 'errors']

/** Changes of one field and one business number become one change that holds all their messages and statuses. */
function mergeChanges(changes: readonly Change[]): Change[] {
  const merged = new Map<string, Change>()
  for (const change of changes) {
    const key = JSON.stringify([change.businessAccountId, change.field, change.value.metadata])
    const before = merged.get(key)
    merged.set(key, before ? { ...before, value: mergeValues(before.value, change.value) } : change)
  }
  return [...merged.values()]
}

function mergeValues(first: JsonObject, second: JsonObject): JsonObject {
  const merged: JsonObject = { ...first }
  const contacts = [...asObjects(first.contacts), ...asObjects(second.contacts)]
  const unique = new Map(contacts.map(contact => [JSON.stringify([contact.wa_id, contact.user_id]), contact]))
  if (contacts.length > 0) merged.contacts = [...unique.values()]
  for (const list of LISTS) {
    const items = [...asObjects(first[list]), ...asObjects(second[list])]
    if (items.length > 0) merged[list] = items
  }
  return merged
}
