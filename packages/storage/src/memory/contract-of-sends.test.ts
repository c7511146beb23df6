import type { MessageStatus } from '@switchboard/core'
import { describe, expect, it } from 'vitest'
import { type Defect, randomStories, sentencesThatMiss } from './contract.test.support.js'

let unique = 0
const fresh = (id: string) => `${id}/${++unique}`

const defects: readonly Defect[] = [
  {
    name: 'talks over people',
    spoil: store => ({
      setHandoff: async (target, request) => {
        const before = await store.findConversation(target)
        const result = await store.setHandoff(target, { ...request, state: 'bot' })
        if (!result) return undefined
        const conversation = { ...result.conversation, handoff: request.state }
        const previous = before?.handoff ?? 'bot'
        if (previous === request.state) return { conversation }
        const change = { conversation, previous, state: request.state, reason: 'api', by: 'Olga' } as const
        return { conversation, change }
      },
    }),
    noticedBy: [
      'handoff: keeps the bot from answering once a person has taken over',
      'handoff: cancels what the bot had not yet sent',
      'handoff: never answers what came while a person was in charge',
      'handoff: decides every race between a takeover and a reply',
      randomStories,
    ],
  },
  {
    name: "takes an operator's words for the customer's",
    spoil: store => ({
      ingest: (events, options) =>
        store.ingest(
          events.map(event => (event.type === 'message' ? { ...event, author: 'customer' as const } : event)),
          options,
        ),
    }),
    noticedBy: [
      'handoff: takes an echo from the phone for a takeover',
      'handoff: takes an echo to somebody new for a takeover',
      'handoff: goes back to the bot with a message that comes after the idle time',
      'receipts: keeps receipts for the messages of operators too',
    ],
  },
  {
    name: 'lets receipts move messages back',
    spoil: store => {
      const latest = new Map<string, MessageStatus>()
      return {
        ingest: (events, options) => {
          for (const event of events) if (event.type === 'status') latest.set(event.providerId, event.status)
          return store.ingest(events, options)
        },
        listMessages: async (conversationId, page) => {
          const messages = await store.listMessages(conversationId, page)
          return messages.map(message => {
            const status = latest.get(message.providerId ?? '')
            return status && message.direction === 'outbound' ? { ...message, status } : message
          })
        },
      }
    },
    noticedBy: [
      'receipts: moves a message forward whatever the order of its receipts',
      'receipts: believes a delivery more than a failure',
      randomStories,
    ],
  },
  {
    name: 'drops receipts that come early',
    spoil: store => {
      const known = new Set<string>()
      return {
        ingest: (events, options) => {
          for (const event of events) if ('chat' in event) known.add(event.providerId)
          return store.ingest(
            events.map(event =>
              event.type === 'status' && !event.outboundId && !known.has(event.providerId)
                ? { ...event, providerId: fresh('dropped') }
                : event,
            ),
            options,
          )
        },
        recordSends: records => {
          for (const { outcome } of records) if (outcome.kind === 'sent') known.add(outcome.providerId ?? '')
          return store.recordSends(records)
        },
      }
    },
    noticedBy: [
      'receipts: keeps receipts that come before the answer to the send',
      'receipts: keeps receipts for the messages of operators too',
      randomStories,
    ],
  },
  {
    name: 'sends unknown messages again',
    spoil: store => ({
      claimSends: options => store.claimSends({ ...options, unknownPolicy: 'resend', reconcileMs: 0 }),
    }),
    noticedBy: [
      'outbox: goes on after an unknown outcome and never sends that message again',
      'outbox: sends an unknown message again only when the policy says so and the time has passed',
      randomStories,
    ],
  },
  {
    name: 'believes late failures',
    spoil: store => {
      const attempts = new Map<string, number>()
      const note = (id: string, attempt: number) => attempts.set(id, attempt)
      return {
        claimSends: async options => {
          const items = await store.claimSends(options)
          for (const item of items) note(item.message.id, item.attempt)
          return items
        },
        recordSends: records =>
          store.recordSends(
            records.map(record => ({ ...record, attempt: attempts.get(record.id) ?? record.attempt })),
          ),
      }
    },
    noticedBy: ['records: believes a late answer only when it says sent'],
  },
  {
    name: 'sends an operator message each time it is asked to',
    spoil: store => ({
      addOperatorMessage: (target, message) =>
        store.addOperatorMessage(target, { ...message, id: fresh(message.id) }),
    }),
    noticedBy: [
      'operator: sends a message once, however often it is asked to',
      'operator: sends a message once when its requests race',
    ],
  },
]

describe('the contract notices a store that', () => {
  for (const defect of defects) {
    it(defect.name, async () => expect(await sentencesThatMiss(defect)).toEqual([]))
  }
})
