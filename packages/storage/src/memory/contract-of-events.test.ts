import type { IngestEvent, StoredEvent } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { type Defect, randomStories, sentencesThatMiss } from './contract.test.support.js'

/** A store that is told something else than what happened. */
function misheard(change: (event: StoredEvent & IngestEvent) => IngestEvent): Defect['spoil'] {
  return store => ({
    ingest: (events, options) =>
      store.ingest(
        events.map(event => ('chat' in event ? change(event) : event)),
        options,
      ),
  })
}

const defects: readonly Defect[] = [
  {
    name: 'takes a revocation for a reaction',
    spoil: misheard(event => (event.type === 'revoke' ? { ...event, type: 'reaction', emoji: '🗑️' } : event)),
    noticedBy: [
      'amendments: gives nobody the words of a revoked message',
      'amended bursts: does not answer what was revoked',
      'amended bursts: has nothing to answer when everything was revoked',
      'amended bursts: ends a replay in silence when its messages were revoked',
      randomStories,
    ],
  },
  {
    name: 'does not see edits',
    spoil: misheard(event => (event.type === 'edit' ? { ...event, targetId: 'somewhere else' } : event)),
    noticedBy: [
      'amendments: shows a message as it was last edited, and keeps what it said at first',
      'amendments: changes the caption of a file, which stays',
      'amended bursts: answers a message as it was edited',
      'amended bursts: lets an edit void the reply in the making',
      randomStories,
    ],
  },
  {
    name: 'believes the amendment that arrives last',
    spoil: misheard(event => {
      const { sentAt: _, ...undated } = event
      return event.type === 'message' ? event : undated
    }),
    noticedBy: [
      'amendments: shows a message as it was last edited, and keeps what it said at first',
      'amendments: comes to the same in whatever order a message and its amendments arrive',
    ],
  },
  {
    name: 'shows revoked words to turns',
    spoil: store => {
      const words = new Map<string, string>()
      return {
        ingest: (events, options) => {
          for (const event of events) {
            if (event.type === 'message' && event.content.type === 'text') {
              words.set(event.providerId, event.content.text)
            }
          }
          return store.ingest(events, options)
        },
        claimTurns: async (ids, options) =>
          (await store.claimTurns(ids, options)).map(turn => {
            if (turn.kind !== 'claimed') return turn
            const history = turn.history.map(message => {
              const text = words.get(message.providerId ?? '')
              return text === undefined ? message : { ...message, text }
            })
            return { ...turn, history }
          }),
      }
    },
    noticedBy: ['amendments: gives nobody the words of a revoked message'],
  },
  {
    name: 'answers whatever is said in a group',
    spoil: misheard(event => ({ ...event, forBot: true })),
    noticedBy: [
      'addressing: keeps what is not for the bot and does not answer it',
      'addressing: answers what may be for the bot if it quotes a message of ours',
      'addressing: knows our message on its own account and channel only',
    ],
  },
  {
    name: 'lets everybody poll',
    spoil: store => ({
      claimPoll: async lease => (await store.claimPoll(lease)) ?? {},
    }),
    noticedBy: [
      'polling: lets one poll a channel at a time, until the lease ends',
      'polling: gives the lease to one of many who ask at the same moment',
    ],
  },
  {
    name: 'forgets cursors',
    spoil: store => ({
      savePoll: ({ channel, owner, leaseMs }) => store.savePoll({ channel, owner, leaseMs }),
    }),
    noticedBy: ['polling: keeps where the next poll goes on'],
  },
]

describe('the contract notices a store that', () => {
  it.each(defects)('$name', async defect => {
    expect(await sentencesThatMiss(defect)).toEqual([])
  })
})
