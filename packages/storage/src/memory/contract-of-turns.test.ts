import type { ClaimedTurn, Lease, Store, TurnCommit } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { type Defect, randomStories, sentencesThatMiss } from './contract.test.support.js'

let unique = 0
const fresh = (id: string) => `${id}/${++unique}`

/** Leases by conversation as a careless store would keep them: the latest, without looking at who asks. */
const withLatestFence = (store: Store) => {
  const fences = new Map<string, number>()
  const current = <Ask extends Lease>(ask: Ask): Ask => ({
    ...ask,
    fence: fences.get(ask.conversationId) ?? ask.fence,
  })
  const claimTurns: Store['claimTurns'] = async (ids, options) => {
    const results = await store.claimTurns(ids, options)
    for (const result of results) {
      if (result.kind === 'claimed') fences.set(result.conversationId, result.fence)
    }
    return results
  }
  return { claimTurns, current }
}

async function commitSilently(store: Store, turn: ClaimedTurn): Promise<void> {
  const commit: TurnCommit = { ...turn, acceptNewer: true, replies: [], sendLeaseMs: 1000 }
  await store.commitTurns([commit])
}

const defects: readonly Defect[] = [
  {
    name: 'stores every delivery',
    spoil: store => ({
      ingest: (events, options) =>
        store.ingest(
          events.map(event => ('chat' in event ? { ...event, providerId: fresh(event.providerId) } : event)),
          options,
        ),
    }),
    noticedBy: [
      'inbox: stores a message that is delivered five times once',
      'inbox: stores a message that is twice in one call once',
      'inbox: stores a message once when its deliveries race',
      randomStories,
      'random: answers each message once when everybody comes at once',
    ],
  },
  {
    name: 'deals with every tenth message in silence',
    spoil: store => {
      let count = 0
      return {
        ingest: async (events, options) => {
          const results = await store.ingest(events, options)
          const lost = results.filter(result => result.kind === 'stored' && ++count % 10 === 0)
          for (const result of lost) {
            if (result.kind !== 'stored') continue
            const [turn] = await store.claimTurns([result.conversationId], {
              leaseMs: 1000,
              history: 0,
              maxBurst: 100,
              maxAttempts: 9,
            })
            if (turn?.kind === 'claimed') await commitSilently(store, turn)
          }
          return results
        },
      }
    },
    noticedBy: [
      'inbox: stores ten thousand events of one call',
      randomStories,
      'random: answers each message once when everybody comes at once',
    ],
  },
  {
    name: 'ignores fences',
    spoil: store => {
      const { claimTurns, current } = withLatestFence(store)
      return { claimTurns, commitTurns: commits => store.commitTurns(commits.map(current)) }
    },
    noticedBy: [
      'turns: gives a conversation to another worker when the lease has run out',
      'versions: voids a reply when a newer message came, and answers both',
      randomStories,
    ],
  },
  {
    name: 'waits for quiet without end',
    spoil: store => ({
      ingest: (events, options) =>
        store.ingest(events, {
          ...options,
          buffer: { ...options.buffer, maxWaitMs: Number.MAX_SAFE_INTEGER },
        }),
    }),
    noticedBy: ['buffering: never waits longer than the maximum'],
  },
  {
    name: 'never counts a burst',
    spoil: store => ({
      ingest: (events, options) =>
        store.ingest(events, { ...options, buffer: { ...options.buffer, maxCount: 1_000_000 } }),
    }),
    noticedBy: [
      'buffering: ends a burst at its maximum count',
      'buffering: counts the messages of one call like those of several',
    ],
  },
  {
    name: 'keeps leases for ever',
    spoil: store => ({
      claimTurns: (ids, options) => store.claimTurns(ids, { ...options, leaseMs: 10 ** 12 }),
    }),
    noticedBy: [
      'turns: gives a conversation to another worker when the lease has run out',
      'turns: takes no commit after the lease ran out, though nobody else came',
      'sweep: names a leased conversation when the lease runs out',
    ],
  },
  {
    name: 'gives a conversation to everybody who asks',
    spoil: store => ({ claimTurns: (ids, options) => store.claimTurns(ids, { ...options, leaseMs: 0 }) }),
    noticedBy: [
      'turns: lets one worker at a time claim a conversation',
      'sweep: names a leased conversation when the lease runs out',
      randomStories,
    ],
  },
  {
    name: 'commits although newer messages came',
    spoil: store => ({
      commitTurns: commits => store.commitTurns(commits.map(commit => ({ ...commit, acceptNewer: true }))),
    }),
    noticedBy: [
      'versions: voids a reply when a newer message came, and answers both',
      'versions: counts voids, and forgets the attempts with each',
      randomStories,
    ],
  },
  {
    name: 'never gives up',
    spoil: store => ({
      claimTurns: (ids, options) => store.claimTurns(ids, { ...options, maxAttempts: 10 ** 6 }),
    }),
    noticedBy: [
      'parking: parks a turn that was claimed too often',
      'parking: counts crashed workers as attempts',
    ],
  },
  {
    name: 'stores the good part of a bad call',
    spoil: store => ({
      ingest: async (events, options) => {
        const results = []
        for (const event of events) results.push(...(await store.ingest([event], options)))
        return results
      },
    }),
    noticedBy: ['inbox: stores all events of a call or none'],
  },
  {
    name: 'gives its own objects away',
    spoil: store => {
      const given = new Map<string, ReturnType<Store['listMessages']>>()
      return {
        listMessages: (conversationId, page) => {
          const messages = given.get(conversationId) ?? store.listMessages(conversationId, page)
          given.set(conversationId, messages)
          return messages
        },
      }
    },
    noticedBy: ['inbox: keeps what it gave away out of reach'],
  },
]

describe('the contract notices a store that', () => {
  for (const defect of defects) {
    it(defect.name, async () => expect(await sentencesThatMiss(defect)).toEqual([]))
  }
})
