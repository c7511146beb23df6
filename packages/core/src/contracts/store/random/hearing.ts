import type { IngestEvent } from '../../../ports/index.js'
import type { StoredEvent } from '../../../vocabulary/index.js'
import { equal, kind, present } from '../../assert.js'
import { ana, ben, echoTo, editOf, eva, reactionOf, revokeOf, textOf } from '../events.js'
import { hourMs, ingestOptions } from '../scene.js'
import type { Story } from './story.js'

const group = { kind: 'group', id: 'random-group' } as const

function randomEvent({ random, told, nextId }: Story): IngestEvent {
  if (told.length > 0 && random.chance(0.25)) return random.pick(told)
  const person = random.pick([ana, ben, eva])
  const changes = {
    providerId: nextId('provider'),
    ...(random.chance(0.2) && { chat: group, sender: person }),
    ...(random.chance(0.1) && { history: true, sentAt: 1_600_000_000_000 + 1000 * random.integer(9) }),
  }
  if (random.chance(0.12)) return { ...reactionOf(person, 'wamid.target'), ...changes }
  if (random.chance(0.03)) return echoTo(person, 'from the phone', changes)
  return textOf(person, nextId('text'), changes)
}

function isAnswerable(event: IngestEvent): boolean {
  return event.type === 'message' && event.author === 'customer' && event.history !== true
}

/** Silences what a change of the handoff silences. */
export function silence({ answers, outgoing }: Story, conversationId: string): void {
  if (answers.handoffOf(conversationId) !== 'bot') outgoing.silenced(conversationId)
}

/** Something comes in. */
export async function ingest(story: Story): Promise<void> {
  const { random, scene, told, said, answers, outgoing } = story
  const events = Array.from({ length: 1 + random.integer(4) }, () => randomEvent(story))
  const handoffIdleMs = random.chance(0.8) ? 30 : hourMs
  const results = await scene.store.ingest(events, { ...ingestOptions, handoffIdleMs })
  for (const [index, event] of events.entries()) {
    const result = present(results[index], 'a result for each event')
    if (told.includes(event)) {
      equal(result, { kind: 'duplicate' }, 'an event that was told before')
      continue
    }
    told.push(event)
    const stored = kind(result, 'stored', 'a new event')
    answers.stored(stored, isAnswerable(event))
    if (event.type === 'message' && event.author === 'customer') said.push({ event, stored })
    if (stored.handoffChange) silence(story, stored.conversationId)
    if (isAnswerable(event)) outgoing.released(stored.conversationId)
  }
}

/** Somebody edits or revokes what they said, or reacts to it. */
export async function amend(story: Story): Promise<void> {
  const { random, scene, answers, told, said, nextId } = story
  if (said.length === 0) return
  // Mostly something recent: what is still open makes the difference.
  const { event, stored } = random.pick(random.chance(0.7) ? said.slice(-6) : said)
  const { chat, sender } = event
  const about = { chat, providerId: nextId('provider'), ...(sender && { sender }) }
  const amendments: readonly StoredEvent[] = [
    { ...editOf(ana, event.providerId, nextId('edit')), ...about },
    { ...revokeOf(ana, event.providerId), ...about },
    { ...reactionOf(ana, event.providerId), ...about },
  ]
  const amendment = random.pick(amendments)
  told.push(amendment)
  const { dueInMs } = kind(await scene.ingest(amendment), 'stored', 'an amendment')
  const wakes = answers.amended(stored.messageId, amendment.type)
  equal(dueInMs !== null, wakes, `whether the conversation is due after a ${amendment.type}`)
}
