import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Handoff, Message, MessageStatus, ReceiptStatus } from '../vocabulary/index.js'
import { draftReplies, normaliseAnswer, splitAnswer } from './answer.js'
import { backoffMs } from './backoff.js'
import { burstDueAt } from './buffering.js'
import { type SendOutcome, statusAfterReceipt, statusAfterSend } from './delivery.js'
import { botMaySpeak, type HandoffEvent, nextHandoff } from './handoff.js'
import { conversation, message } from './message.test.support.js'
import { toE164 } from './phone.js'
import { defaultQuoteThresholds, shouldQuote } from './quote.js'
import { cleanText } from './text.js'

const policy = { quietMs: 1_000, maxWaitMs: 8_000, maxCount: 50 }

describe('buffering', () => {
  it('restarts the quiet window with each message', () => {
    expect(burstDueAt({ now: 5_000, startedAt: 5_000, count: 1 }, policy)).toBe(6_000)
    expect(burstDueAt({ now: 5_900, startedAt: 5_000, count: 2 }, policy)).toBe(6_900)
  })

  it('is due at once when the count is reached', () => {
    expect(burstDueAt({ now: 5_000, startedAt: 5_000, count: 50 }, policy)).toBe(5_000)
  })

  it('never waits beyond the maximum and never makes a burst due in the past', () => {
    const gap = fc.integer({ min: 0, max: 3_000 })
    fc.assert(
      fc.property(fc.array(gap, { minLength: 1, maxLength: 60 }), gaps => {
        let now = 1_000_000
        const startedAt = now
        for (const [index, wait] of gaps.entries()) {
          const dueAt = burstDueAt({ now, startedAt, count: index + 1 }, policy)
          expect(dueAt).toBeGreaterThanOrEqual(now)
          expect(dueAt).toBeLessThanOrEqual(Math.max(now, startedAt + policy.maxWaitMs))
          expect(dueAt).toBeLessThanOrEqual(now + policy.quietMs)
          now += wait
        }
      }),
    )
  })
})

const statuses: readonly MessageStatus[] = [
  'pending',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed',
  'unknown',
  'cancelled',
  'parked',
]
const receipts: readonly ReceiptStatus[] = ['sent', 'delivered', 'read', 'failed']
const anyStatus = fc.constantFrom(...statuses)
const anyReceipt = fc.constantFrom(...receipts)

describe('delivery', () => {
  it('comes to the same end in whatever order receipts arrive', () => {
    const positive = fc.subarray<ReceiptStatus>(['sent', 'delivered', 'read'], { minLength: 1 })
    fc.assert(
      fc.property(positive, fc.infiniteStream(fc.nat()), (arrived, random) => {
        const shuffled = arrived.toSorted(() => ((random.next().value ?? 0) % 2 === 0 ? 1 : -1))
        const end = (order: readonly ReceiptStatus[]) =>
          order.reduce<MessageStatus>(statusAfterReceipt, 'sending')
        expect(end(shuffled)).toBe(end(arrived))
      }),
    )
  })

  it('never takes back what a receipt or an answer proved', () => {
    const proof: Partial<Record<MessageStatus, number>> = { sent: 1, delivered: 2, read: 3 }
    const anyOutcome = fc.constantFrom<SendOutcome>(
      'sent',
      'failed',
      'retry',
      'deferred',
      'parked',
      'unknown',
    )
    const step = fc.oneof(
      anyReceipt.map(receipt => (status: MessageStatus) => statusAfterReceipt(status, receipt)),
      anyOutcome.map(outcome => (status: MessageStatus) => statusAfterSend(status, outcome)),
    )
    fc.assert(
      fc.property(anyStatus, fc.array(step), (start, steps) => {
        let status = start
        for (const next of steps) {
          const after = next(status)
          if (status === 'delivered' || status === 'read')
            expect(proof[after]).toBeGreaterThanOrEqual(proof[status] ?? 0)
          // What was accepted is never sent again: nothing leads from `sent` back to a state that sends.
          if (status === 'sent') expect(['sent', 'delivered', 'read', 'failed']).toContain(after)
          status = after
        }
      }),
    )
  })

  it('knows the pairs that matter', () => {
    expect(statusAfterReceipt('unknown', 'sent')).toBe('sent')
    expect(statusAfterReceipt('pending', 'sent')).toBe('sent')
    expect(statusAfterReceipt('failed', 'sent')).toBe('failed')
    expect(statusAfterReceipt('failed', 'delivered')).toBe('delivered')
    expect(statusAfterReceipt('delivered', 'failed')).toBe('delivered')
    expect(statusAfterSend('read', 'sent')).toBe('read')
    expect(statusAfterSend('sent', 'unknown')).toBe('sent')
    expect(statusAfterSend('unknown', 'sent')).toBe('sent')
    expect(statusAfterSend('cancelled', 'retry')).toBe('cancelled')
    expect(statusAfterSend('sending', 'deferred')).toBe('pending')
    expect(statusAfterSend('sending', 'parked')).toBe('parked')
    expect(statusAfterSend('parked', 'sent')).toBe('sent')
    expect(statusAfterReceipt('parked', 'delivered')).toBe('delivered')
  })
})

describe('handoff', () => {
  const anyEvent = fc.constantFrom<HandoffEvent>('takeover', 'handback', 'request', 'operator-spoke', 'idle')

  it('lets the bot speak only after a handback or an idle time', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), events => {
        let state: Handoff = 'bot'
        let expected = true
        for (const event of events) {
          const before: Handoff = state
          state = nextHandoff(state, event)
          if (event === 'handback') expected = true
          else if (event === 'idle') expected = before !== 'requested'
          else expected = false
          expect(botMaySpeak(state)).toBe(expected)
        }
      }),
    )
  })

  it('keeps a person in charge when somebody asks for one', () => {
    expect(nextHandoff('human', 'request')).toBe('human')
  })
})

describe('quoting', () => {
  const situation = { messagesAfter: 0, ageMs: 500, group: false }

  it.each([
    ['a fresh message', {}, false],
    ['one message after it', { messagesAfter: 1 }, false],
    ['two messages after it', { messagesAfter: 2 }, true],
    ['exactly ten seconds', { ageMs: 10_000 }, false],
    ['more than ten seconds', { ageMs: 10_001 }, true],
    ['a group', { group: true }, true],
  ])('%s', (_name, change, quoted) => {
    expect(shouldQuote({ ...situation, ...change }, defaultQuoteThresholds)).toBe(quoted)
  })

  it('follows its thresholds', () => {
    const eager = { messagesAfter: 0, olderThanMs: 100, inGroups: false }
    expect(shouldQuote({ ...situation, messagesAfter: 1, ageMs: 0 }, eager)).toBe(true)
    expect(shouldQuote({ ...situation, ageMs: 0, group: true }, eager)).toBe(false)
  })
})

describe('answers', () => {
  const ids = () => 'out-1'
  const draft = (answer: string, burst: readonly Message[], now: number) =>
    draftReplies(normaliseAnswer(answer), { burst, conversation }, now, defaultQuoteThresholds, ids)

  it('is silent for nothing and for blanks', () => {
    expect(draft('  \n', [message({})], 1_000)).toEqual([])
    expect(
      draftReplies(undefined, { burst: [message({})], conversation }, 0, defaultQuoteThresholds, ids),
    ).toEqual([])
  })

  it('has few pieces however long its texts are, and all of its parts', () => {
    const text = 'word '.repeat(40)
    const location = { type: 'location', latitude: 1, longitude: 2 } as const
    const parts = [{ type: 'text', text }, location, { type: 'text', text, linkPreview: true }] as const
    const split = splitAnswer({ parts, model: 'm' }, 20, 4)
    expect(split?.parts.map(part => part.type)).toEqual(['text', 'text', 'text', 'location', 'text'])
    expect(split?.parts.at(-1)).toEqual({ type: 'text', text: 'word word word […]', linkPreview: true })
    expect(split?.model).toBe('m')
    expect(splitAnswer({ parts }, undefined, 4)).toEqual({ parts })
  })

  it('quotes the last message of the burst when it is old, and tells the store what else would make it quote', () => {
    const burst = [message({ id: '1', providerId: 'a' }), message({ id: '2', providerId: 'b' })]
    expect(draft('hi', burst, 2_000)[0]?.quote).toEqual({ providerId: 'b', always: false, whenNewer: 2 })
    expect(draft('hi', burst, 11_001)[0]?.quote).toMatchObject({ providerId: 'b', always: true })
  })

  it('quotes with the first part that says something; a reaction names its own message', () => {
    const thumb = { type: 'reaction', targetId: 'x', emoji: '👍' } as const
    const parts = [thumb, { type: 'text', text: 'yes' }, { type: 'text', text: 'no' }] as const
    const turn = { burst: [message({ providerId: 'a' })], conversation }
    const drafts = draftReplies({ parts, quote: 'always' }, turn, 0, defaultQuoteThresholds, ids)
    expect(drafts.map(({ quote }) => quote)).toMatchObject([
      { providerId: 'x', always: true },
      { providerId: 'a', always: true },
      undefined,
    ])
  })

  it('counts from when the customer wrote, not from when it reached us', () => {
    const late = message({ sentAt: 1_000, receivedAt: 60_000 })
    expect(draft('hi', [late], 60_001)[0]?.quote?.always).toBe(true)
  })
})

describe('backoff', () => {
  it('doubles up to its limit, spread over the last quarter, and respects what the other side asks for', () => {
    const waits = [1, 2, 3, 10].map(attempt => backoffMs(attempt, { baseMs: 1_000, maxMs: 60_000 }, 0.999))
    expect(waits).toEqual([1_000, 2_000, 3_999, 59_985])
    expect(backoffMs(1, { baseMs: 1_000, maxMs: 60_000 }, 0)).toBe(750)
    expect(backoffMs(1, { baseMs: 1_000, maxMs: 60_000 }, 0, 5_000)).toBe(5_000)
    for (const absurd of [-5, Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(backoffMs(1, { baseMs: 1_000, maxMs: 60_000 }, 0, absurd)).toBe(750)
    }
    for (const years of [1e15, Number.POSITIVE_INFINITY]) {
      expect(backoffMs(1, { baseMs: 1_000, maxMs: 60_000 }, 0, years)).toBe(24 * 60 * 60_000)
    }
  })
})

describe('texts and phones', () => {
  it('cleans what PostgreSQL refuses and leaves the rest alone', () => {
    expect(cleanText('a\u0000b\ud800c')).toBe('a\ufffdb\ufffdc')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const clean = cleanText(text)
        expect(clean.isWellFormed()).toBe(true)
        expect(clean).not.toContain('\u0000')
        expect(cleanText(clean)).toBe(clean)
      }),
    )
  })

  it.each([
    ['15550001234', '+15550001234'],
    ['+1 (555) 000-1234', '+15550001234'],
    ['0044 20 7946 0958', '+442079460958'],
    ['+919130099484', '+919130099484'],
    ['hello', undefined],
    ['', undefined],
    ['12', undefined],
    ['+4930123456789012345', undefined],
  ])('%s is %s', (text, expected) => {
    expect(toE164(text)).toBe(expected)
  })
})
