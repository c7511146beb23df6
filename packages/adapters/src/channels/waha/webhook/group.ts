import type { IdentityChange } from '@switchboard/core'
import { asFields, asList, type Draft, type Fields } from '../../../values.js'
import { readPeople } from '../../../webhook/jid.js'
import { addNotice, type Report } from './report.js'

/**
 * `group.v2.…`: a notice, and what it tells about its members: `id` and `pn` are two addresses of one person. Nobody is
 * stored for it; who is known already gets the other address.
 */
export function addGroupNews(payload: Fields, report: Report): boolean {
  addNotice(report)
  const { channel, account, at, events } = report
  const members = asList(payload.participants) ?? asList(asFields(payload.group)?.participants) ?? []
  for (const item of members) {
    const member = asFields(item)
    const [previous, ...current] = readPeople([member?.id, member?.pn])
    if (!previous || current.length === 0) continue
    const change: Draft<IdentityChange> = { type: 'identity', channel, account, previous, current }
    if (at !== undefined) change.at = at
    events.push(change)
  }
  return true
}
