import { asFields, asId, asList, asText, asWords, type Fields } from '../../../values.js'
import { readJid } from '../../../webhook/jid.js'
import { readChat } from './chat.js'
import { derivedId } from './derived-id.js'
import { addVote } from './line.js'
import type { Report } from './report.js'

/**
 * A message of the type `poll_update`: the poll itself, under its own id and as ours if we asked, with who chose what so far
 * (Whapi's skill reference, 2026-04; its OpenAPI file reports each vote as an action). Becomes the vote of each person in
 * it, under ids of their own: the same choice of the same person has the same id.
 *
 * @returns whether it could be read: without results it says nothing
 */
export function addPollUpdate(message: Fields, report: Report): boolean {
  const pollId = asId(message.id)
  const results = asList(asFields(message.poll)?.results)
  const place = readChat(message, true)
  if (pollId === undefined || !results || !place) return false
  const { chat } = place
  const chosen = chosenBy(results, message, chat.kind === 'direct')
  if (chat.kind === 'direct') {
    // Whoever is not us is the other one, whichever address the list of voters has. Nobody: the vote was taken back.
    const options = [...new Set([...chosen.values()].flat())]
    const id = derivedId('vote', [pollId, String(asId(message.timestamp)), ...options])
    addVote(
      { id, message, raw: message, author: 'customer', chat, sender: undefined },
      pollId,
      options,
      report,
    )
    return true
  }
  for (const [voter, options] of chosen) {
    const jid = readJid(voter)
    const sender = jid?.kind === 'person' ? { identities: [jid.identity] } : undefined
    const id = derivedId('vote', [pollId, voter, ...options])
    addVote({ id, message, raw: message, author: 'customer', chat, sender }, pollId, options, report)
  }
  return chosen.size > 0
}

/** The names of options by voter, without ourselves: `from` is the poll's author. */
function chosenBy(results: readonly unknown[], message: Fields, direct: boolean): Map<string, string[]> {
  const fromMe = message.from_me === true
  const author = asId(message.from)
  // In a direct chat there are two of us: of their poll only its author counts, of ours everybody else.
  const counts = (voter: string) =>
    fromMe ? voter !== author : !direct || author === undefined || voter === author
  const chosen = new Map<string, string[]>()
  for (const item of results) {
    const option = asFields(item)
    const name = asWords(option?.name) ?? asText(option?.id)
    if (name === undefined) continue
    for (const entry of asList(option?.voters) ?? []) {
      const voter = asId(entry)
      if (voter === undefined || !counts(voter)) continue
      chosen.set(voter, [...(chosen.get(voter) ?? []), name])
    }
  }
  return chosen
}
