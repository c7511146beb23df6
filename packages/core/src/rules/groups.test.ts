import { describe, expect, it, vi } from 'vitest'
import type { InboundMessage } from '../vocabulary/index.js'
import { type GroupPolicy, isForBot } from './groups.js'
import { isSaid } from './said.js'

const us = { kind: 'jid', value: '15550009999@s.whatsapp.net' } as const
const person = { identities: [{ kind: 'phone', value: '+15550001234' } as const] }

function said(change: Partial<InboundMessage> = {}): InboundMessage {
  return {
    type: 'message',
    channel: 'waha',
    account: 'default',
    providerId: '1',
    chat: { kind: 'group', id: 'g@g.us' },
    sender: person,
    author: 'customer',
    content: { type: 'text', text: 'hello' },
    ...change,
  }
}

const mentioning = said({ mentions: [{ kind: 'phone', value: '+15550005678' }, us] })
const quoting = said({ quotedId: '0' })
const quotingUs = said({ quotedId: '0', quotesUs: true })

describe('what is for the bot', () => {
  it.each<[GroupPolicy, unknown, unknown, unknown, unknown]>([
    ['mentioned-or-quoted', false, true, 'if-quoted', true],
    ['all', true, true, true, true],
    ['none', false, false, false, false],
    [() => true, true, true, true, true],
    [() => false, false, false, false, false],
    [() => undefined, false, true, 'if-quoted', true],
    [(_, { mentioned }) => !mentioned, true, false, true, true],
  ])('in a group, by the policy %s', (policy, plain, mentions, quotes, quotesUs) => {
    expect(isForBot(said(), policy, [us])).toBe(plain)
    expect(isForBot(mentioning, policy, [us])).toBe(mentions)
    expect(isForBot(quoting, policy, [us])).toBe(quotes)
    expect(isForBot(quotingUs, policy, [us])).toBe(quotesUs)
  })

  it('is no mention of somebody else, nor one on a channel that does not know itself', () => {
    expect(isForBot(mentioning, 'mentioned-or-quoted', [])).toBe(false)
    expect(isForBot(mentioning, 'mentioned-or-quoted', [{ ...us, kind: 'lid' }])).toBe(false)
  })

  it('is everything that is no customer’s message in a group', () => {
    const rule = vi.fn(() => false)
    const { content: _, ...rest } = said()
    expect(isForBot(said({ chat: { kind: 'direct', person } }), rule, [])).toBe(true)
    expect(isForBot(said({ author: 'operator' }), rule, [])).toBe(true)
    expect(isForBot({ ...rest, type: 'revoke', targetId: '0' }, rule, [])).toBe(true)
    expect(rule).not.toHaveBeenCalled()
  })

  it('decides what counts as said, but never for operators', () => {
    for (const forBot of [true, false, 'if-quoted'] as const) {
      expect(isSaid({ ...said(), forBot })).toBe(forBot)
      expect(isSaid({ ...said({ author: 'operator' }), forBot })).toBe(true)
      expect(isSaid({ ...said({ history: true }), forBot })).toBe(false)
    }
  })
})
