import type { IngestEvent, Person } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { type Defect, sentencesThatMiss } from './contract.test.support.js'

function withFirstAddress(event: IngestEvent): IngestEvent {
  if (event.type === 'status' || event.type === 'identity' || event.chat.kind === 'group') return event
  const person: Person = { ...event.chat.person, identities: event.chat.person.identities.slice(0, 1) }
  return { ...event, chat: { kind: 'direct', person } }
}

const defects: readonly Defect[] = [
  {
    name: 'looks at the first address alone',
    spoil: store => ({
      ingest: (events, options) => store.ingest(events.map(withFirstAddress), options),
    }),
    noticedBy: [
      'people: knows a person by phone, by business-scoped id and by both as one',
      'identity: makes one person of two when an event shows addresses of both',
      'identity: gives a number to the person who shows it now',
    ],
  },
  {
    name: 'takes a changed number for one more number',
    spoil: store => ({
      ingest: (events, options) =>
        store.ingest(
          events.map(event =>
            event.type === 'identity'
              ? { ...event, current: event.current.filter(({ kind }) => kind !== event.previous.kind) }
              : event,
          ),
          options,
        ),
    }),
    noticedBy: [
      'identity: frees the old number of somebody who has a new one',
      'identity: merges who wrote under a new address before the change was told',
    ],
  },
  {
    name: 'takes an old report of an address for a new one',
    spoil: store => ({
      ingest: (events, options) =>
        store.ingest(
          events.map(event => (event.type === 'identity' ? { ...event, at: Date.UTC(2100, 0, 1) } : event)),
          options,
        ),
    }),
    noticedBy: [
      'identity: gives no number back to who has left it because an old report comes again',
      'identity: changes nothing when an old change comes again after newer ones',
    ],
  },
  {
    name: 'does not look at when a report was made',
    spoil: store => ({
      ingest: (events, options) =>
        store.ingest(
          events.map(event => {
            if (event.type !== 'identity') return event
            const { at: _, ...rest } = event
            return rest
          }),
          options,
        ),
    }),
    noticedBy: [
      'identity: gives a number back because of a report that is newer than the leaving',
      'identity: changes nothing when an old change comes again after newer ones',
    ],
  },
  {
    name: 'leaves amendments where they came in',
    spoil: store => ({
      listMessages: async (id, page) =>
        (await store.listMessages(id, page)).map(({ reactions: _, revokedAt: __, ...message }) => message),
    }),
    noticedBy: [
      'merging: amends what was said under one address by what came under the other',
      'merging: shows one reaction of who reacted in a group under two addresses',
    ],
  },
  {
    name: 'forgets the conversations that went into others',
    spoil: store => ({
      findConversation: async target => {
        const merges = await store.listMerges({ limit: 500 })
        const gone = merges.flatMap(({ conversations }) => conversations)
        const isGone = gone.some(
          ({ mergedConversationId }) =>
            'conversationId' in target && target.conversationId === mergedConversationId,
        )
        return isGone ? undefined : store.findConversation(target)
      },
    }),
    noticedBy: [
      'merging: knows a merged conversation by the id that it had',
      'merging: knows every id after several merges',
    ],
  },
  {
    name: 'answers again what was answered before a merge',
    spoil: store => ({
      claimTurns: async (ids, options) =>
        (await store.claimTurns(ids, options)).map(result =>
          result.kind === 'claimed'
            ? {
                ...result,
                burst: [...result.history.filter(({ author }) => author === 'customer'), ...result.burst],
              }
            : result,
        ),
    }),
    noticedBy: [
      'merging: answers what is unread in either, and nothing twice',
      'merging: replays a parked turn with its own messages and no others',
    ],
  },
]

describe('the contract notices a store that', () => {
  it.each(defects)('$name', async defect => {
    expect(await sentencesThatMiss(defect)).toEqual([])
  })
})
