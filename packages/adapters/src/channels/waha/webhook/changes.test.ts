import { describe, expect, test } from 'vitest'
import { chat, eventOf, group, lid, message, now, own, phone, seconds } from './samples.test.support.js'

const person = { kind: 'direct', person: { identities: [{ kind: 'phone', value: `+${phone}` }] } }

describe('reactions', () => {
  const reaction = (text: string | null, fields: object = {}) =>
    message({
      id: `false_${chat}_3AREACTION`,
      reaction: { text, messageId: `true_${chat}_3EOURS` },
      ...fields,
    })

  test('name the stanza of their message', () => {
    expect(eventOf('message.reaction', reaction('🙏'))).toMatchObject({
      type: 'reaction',
      providerId: '3AREACTION',
      targetId: '3EOURS',
      emoji: '🙏',
      author: 'customer',
      chat: person,
    })
  })

  test.each(['', null])('%j takes it back', text => {
    expect(eventOf('message.reaction', reaction(text))).not.toHaveProperty('emoji')
  })

  test('have a time with a fraction', () => {
    expect(eventOf('message.reaction', reaction('🙏', { timestamp: seconds + 0.25 }))).toMatchObject({
      sentAt: now + 250,
    })
  })

  test('to nothing are notices', () => {
    for (const broken of [undefined, null, {}, { text: '🙏', messageId: '' }]) {
      expect(eventOf('message.reaction', message({ reaction: broken }))).toMatchObject({
        type: 'notice',
        kind: 'message.reaction',
      })
    }
  })
})

describe('edits', () => {
  const edit = (fields: object = {}) =>
    message({ id: `false_${chat}_3AEDIT`, editedMessageId: '3AFIRST', body: 'And tomorrow?', ...fields })

  test.each(['3AFIRST', `false_${chat}_3AFIRST`])('name the stanza of %s', editedMessageId => {
    expect(eventOf('message.edited', edit({ editedMessageId }))).toMatchObject({
      type: 'edit',
      providerId: '3AEDIT',
      targetId: '3AFIRST',
      content: { type: 'text', text: 'And tomorrow?' },
    })
  })

  test('under the id of their message get one of their own, the same each time', () => {
    const same = edit({ id: `false_${chat}_3AFIRST` })
    const [first, again, second] = ['evt_1', 'evt_1', 'evt_2'].map(id =>
      eventOf('message.edited', same, { id }),
    )
    expect(first).toMatchObject({ providerId: '3AFIRST:edit:evt_1', targetId: '3AFIRST' })
    expect(again).toEqual(first)
    expect(second).toMatchObject({ providerId: '3AFIRST:edit:evt_2' })
    expect(eventOf('message.edited', same, { id: undefined })).toMatchObject({
      providerId: `3AFIRST:edit:${now}`,
    })
  })

  test('of our own phone are an operator’s', () => {
    expect(eventOf('message.edited', own({ editedMessageId: '3EOWN' }))).toMatchObject({
      type: 'edit',
      author: 'operator',
    })
  })
})

describe('revocations', () => {
  const after = message({ id: `false_${chat}_3AREVOKE`, body: null })

  test.each<[version: string, payload: object]>([
    ['a bare id', { revokedMessageId: '3AFIRST', after, before: null }],
    ['an older version', { after, before: message({ id: `false_${chat}_3AFIRST` }) }],
    [
      'WPP: keys in place of messages',
      {
        revokedMessageId: '3AFIRST',
        after: { id: '3AREVOKE', remoteJid: `${phone}@s.whatsapp.net`, fromMe: false },
        before: { id: '3AFIRST', remoteJid: `${phone}@s.whatsapp.net`, fromMe: false },
      },
    ],
  ])('%s', (_version, payload) => {
    expect(eventOf('message.revoked', payload)).toMatchObject({
      type: 'revoke',
      providerId: '3AREVOKE',
      targetId: '3AFIRST',
      author: 'customer',
      chat: person,
    })
  })

  test('under the id of their message get one of their own', () => {
    const same = message({ id: `false_${chat}_3AFIRST` })
    expect(eventOf('message.revoked', { revokedMessageId: '3AFIRST', after: same })).toMatchObject({
      providerId: '3AFIRST:revoke',
      targetId: '3AFIRST',
    })
  })

  test('that name no chat or no message are notices', () => {
    for (const payload of [
      {},
      { revokedMessageId: '3AFIRST' },
      { after: { id: '3A1' } },
      { before: null, after: [] },
    ]) {
      expect(eventOf('message.revoked', payload)).toMatchObject({ type: 'notice', kind: 'message.revoked' })
    }
  })
})

describe('votes', () => {
  const vote = (fields: object = {}) => ({
    vote: {
      id: `false_${chat}_3AVOTE`,
      to: 'me',
      from: chat,
      fromMe: false,
      selectedOptions: ['Green'],
      timestamp: seconds,
      ...fields,
    },
    poll: { id: `true_${chat}_3EPOLL`, to: chat, from: 'me', fromMe: true },
  })

  test.each([seconds, now])('quote their poll; their time is %d', timestamp => {
    expect(eventOf('poll.vote', vote({ timestamp }))).toMatchObject({
      type: 'message',
      providerId: '3AVOTE',
      quotedId: '3EPOLL',
      content: { type: 'vote', options: ['Green'] },
      author: 'customer',
      sentAt: now,
      chat: person,
    })
  })

  test('without options are taken back, and in groups they have a sender', () => {
    const inGroup = { id: `false_${group}_3AVOTE_${lid}`, from: group, participant: lid, selectedOptions: [] }
    expect(eventOf('poll.vote', vote(inGroup))).toMatchObject({
      content: { type: 'vote', options: [] },
      chat: { kind: 'group', id: group },
      sender: { identities: [{ kind: 'lid', value: lid }] },
    })
  })

  test('under the id of the poll get one of their own', () => {
    const same = vote({ id: `false_${chat}_3EPOLL` })
    expect(eventOf('poll.vote', same, { id: 'evt_9' })).toMatchObject({ providerId: '3EPOLL:vote:evt_9' })
  })

  test('that cannot be read are notices', () => {
    for (const payload of [{}, { vote: vote().vote }, vote({ selectedOptions: null }), vote({ id: null })]) {
      expect(eventOf('poll.vote', payload)).toMatchObject({ type: 'notice', kind: 'poll.vote' })
    }
  })
})
