import type { IngestEvent, IngestResult } from '../../../ports/index.js'
import type { InboundMessage, StoredEvent } from '../../../vocabulary/index.js'
import { equal, kind, present } from '../../assert.js'
import { echoTo, editOf, reactionOf, revokeOf, textOf } from '../events.js'
import { hourMs, ingestOptions } from '../scene.js'
import type { Somebody } from './people.js'
import type { Story } from './story.js'

const group = { kind: 'group', id: 'random-group' } as const

/** What a customer said, with what became of it. */
export interface Said {
  readonly event: InboundMessage
  readonly by: Somebody
  readonly messageId: string
}

function randomEvent({ random, told, people, nextId }: Story): { event: IngestEvent; by?: Somebody } {
  if (told.length > 0 && random.chance(0.25)) return { event: random.pick(told) }
  const by = people.somebody()
  const person = people.show(by)
  const changes = {
    providerId: nextId('provider'),
    ...(random.chance(0.2) && { chat: group, sender: person }),
    ...(random.chance(0.1) && { history: true, sentAt: 1_600_000_000_000 + 1000 * random.integer(9) }),
  }
  const about = () => ({ ...reactionOf(person, 'wamid.target'), ...changes })
  const echo = () => echoTo(person, 'from the phone', changes)
  const text = () => textOf(person, nextId('text'), changes)
  const make = random.chance(0.12) ? about : random.chance(0.03) ? echo : text
  const event = make()
  people.wrote(event, by)
  return { event, by }
}

function isAnswerable(event: IngestEvent): boolean {
  return event.type === 'message' && event.author === 'customer' && event.history !== true
}

/** Silences what a change of the handoff silences. */
export function silence({ answers, outgoing }: Story, conversationId: string): void {
  if (answers.handoffOf(conversationId) !== 'bot') outgoing.silenced(conversationId)
}

/** Follows the merges that a result tells of. Returns the conversations that remained. */
function followMerges(story: Story, result: IngestResult): readonly string[] {
  const { answers, outgoing } = story
  const merges = ('merges' in result && result.merges) || []
  for (const merge of merges) {
    answers.merged(merge)
    for (const { conversationId, mergedConversationId } of merge.conversations) {
      outgoing.merged(conversationId, mergedConversationId)
      silence(story, conversationId)
    }
  }
  return merges.flatMap(({ conversations }) => conversations.map(({ conversationId }) => conversationId))
}

/** Takes over the order of messages that were in two conversations: what lies at one time, the store decides. */
async function reorder({ scene, answers, outgoing }: Story, merged: readonly string[]): Promise<void> {
  for (const conversationId of new Set(merged)) {
    const messages = await scene.messages(conversationId)
    answers.ordered(messages.map(({ id }) => id))
    outgoing.ordered(messages.map(({ text = '' }) => text))
  }
}

/** Something comes in. */
export async function ingest(story: Story): Promise<void> {
  const { random, scene, told, said, answers, outgoing } = story
  const heard = Array.from({ length: 1 + random.integer(4) }, () => randomEvent(story))
  const handoffIdleMs = random.chance(0.8) ? 30 : hourMs
  const events = heard.map(({ event }) => event)
  const results = await scene.store.ingest(events, { ...ingestOptions, handoffIdleMs })
  const merged: string[] = []
  for (const [index, { event, by }] of heard.entries()) {
    const result = present(results[index], 'a result for each event')
    if (told.includes(event)) {
      equal(result, { kind: 'duplicate' }, 'an event that was told before')
      continue
    }
    told.push(event)
    const stored = kind(result, 'stored', 'a new event')
    merged.push(...followMerges(story, stored))
    answers.stored(stored, isAnswerable(event))
    const { messageId } = stored
    if (by && event.type === 'message' && event.author === 'customer') said.push({ event, by, messageId })
    if (stored.handoffChange) silence(story, stored.conversationId)
    if (isAnswerable(event)) outgoing.released(stored.conversationId)
  }
  await reorder(story, merged)
}

/** Somebody edits or revokes what they said, or reacts to it, under whatever address they have now. */
export async function amend(story: Story): Promise<void> {
  const { random, scene, answers, told, said, people, nextId } = story
  if (said.length === 0) return
  // Mostly something recent: what is still open makes the difference.
  const { event, by, messageId } = random.pick(random.chance(0.7) ? said.slice(-6) : said)
  const person = people.show(by)
  const place = event.sender ? { chat: event.chat, sender: person } : {}
  const about = { ...place, providerId: nextId('provider') }
  const amendments: readonly StoredEvent[] = [
    { ...editOf(person, event.providerId, nextId('edit')), ...about },
    { ...revokeOf(person, event.providerId), ...about },
    { ...reactionOf(person, event.providerId), ...about },
  ]
  const amendment = random.pick(amendments)
  told.push(amendment)
  people.wrote(amendment, by)
  const stored = kind(await scene.ingest(amendment), 'stored', 'an amendment')
  const merged = followMerges(story, stored)
  const wakes = answers.amended(messageId, amendment.type, stored.conversationId)
  equal(stored.dueInMs !== null, wakes, `whether the conversation is due after a ${amendment.type}`)
  await reorder(story, merged)
}

/** The provider tells that a number changed, or that two addresses are one person's; sometimes once more. */
export async function identify(story: Story): Promise<void> {
  const { scene, people } = story
  const report = people.report()
  const result = kind(await scene.ingest(report), 'identity', 'a report about addresses')
  if (result.userId !== undefined) people.understood(report)
  await reorder(story, followMerges(story, result))
}

/** Everybody shows all that they have: from now on each person is one. */
export async function introduceAll(story: Story): Promise<void> {
  const { scene, answers, outgoing, people, nextId } = story
  for (const [by, person] of people.everybody()) {
    const event = textOf(person, nextId('text'), { providerId: nextId('provider') })
    people.wrote(event, by)
    const stored = await scene.tell(event)
    const merged = followMerges(story, stored)
    answers.stored(stored, true)
    outgoing.released(stored.conversationId)
    await reorder(story, merged)
  }
  const conversations = await scene.store.listConversations({ limit: 100 })
  const direct = conversations.filter(conversation => conversation.kind === 'direct')
  equal(direct.length, people.everybody().length, 'conversations: one for each person')
}
