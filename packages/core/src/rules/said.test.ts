import { describe, expect, it } from 'vitest'
import type { Content, InboundMessage } from '../vocabulary/index.js'
import { isSaid } from './said.js'

function event(content: Content, history?: boolean): InboundMessage {
  return {
    type: 'message',
    channel: 'meta',
    account: '1',
    providerId: 'wamid.1',
    chat: { kind: 'direct', person: { identities: [{ kind: 'phone', value: '+15550001234' }] } },
    author: 'customer',
    content,
    ...(history && { history }),
  }
}

describe('what is said', () => {
  it.each([
    { type: 'text', text: '' },
    { type: 'image', media: {} },
    { type: 'button', text: 'Yes' },
    { type: 'vote', options: ['Yes'] },
    { type: 'poll', question: 'Lunch?', options: ['Yes', 'No'] },
    { type: 'unsupported' },
  ] as const)('is a message: $type', content => {
    expect(isSaid(event(content))).toBe(true)
    expect(isSaid(event(content, true))).toBe(false)
  })

  it.each([
    { type: 'system', text: 'The number changed' },
    { type: 'vote', options: [] },
  ] as const)('is not what is only kept: $type', content => {
    expect(isSaid(event(content))).toBe(false)
  })

  it('is no event about another message', () => {
    const { type: _, content, ...rest } = event({ type: 'text', text: 'better' })
    expect(isSaid({ ...rest, type: 'edit', targetId: 'wamid.0', content })).toBe(false)
    expect(isSaid({ ...rest, type: 'revoke', targetId: 'wamid.0' })).toBe(false)
    expect(isSaid({ ...rest, type: 'reaction', targetId: 'wamid.0', emoji: 'x' })).toBe(false)
  })
})
