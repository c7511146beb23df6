import { describe, expect, test } from 'vitest'
import { chat, eventOf, group, lid, me, now, phone } from './samples.test.support.js'

const ack = (fields: object = {}) => ({
  id: `true_${chat}_3EOURS`,
  from: chat,
  to: null,
  participant: null,
  fromMe: true,
  ack: 2,
  ackName: 'DEVICE',
  _data: {},
  ...fields,
})

test.each<[ack: unknown, ackName: string | undefined, status: string]>([
  [1, 'SERVER', 'sent'],
  [2, 'DEVICE', 'delivered'],
  [3, 'READ', 'read'],
  [4, 'PLAYED', 'read'],
  [-1, 'ERROR', 'failed'],
  ['3', undefined, 'read'],
  [null, 'DEVICE', 'delivered'],
])('ack %j %s: %s', (rank, ackName, status) => {
  expect(eventOf('message.ack', ack({ ack: rank, ackName }))).toMatchObject({
    type: 'status',
    providerId: '3EOURS',
    status,
    at: now + 123,
  })
})

test.each<[ack: unknown, ackName: unknown]>([
  [0, 'PENDING'],
  [null, 'UNKNOWN'],
  [7, 'LATER'],
  ['', ''],
  [{}, []],
])('ack %j %j says nothing: a notice', (rank, ackName) => {
  expect(eventOf('message.ack', ack({ ack: rank, ackName }))).toMatchObject({
    type: 'notice',
    kind: 'message.ack',
  })
})

test('is found by its stanza, however the rest of the id stands', () => {
  for (const id of [`false_${chat}_3EOURS`, `true_${lid}_3EOURS`, '3EOURS']) {
    expect(eventOf('message.ack', ack({ id, fromMe: false }))).toMatchObject({ providerId: '3EOURS' })
  }
  expect(eventOf('message.ack', ack({ id: null }))).toMatchObject({ type: 'notice' })
})

describe('why it failed', () => {
  test('is not said by most versions', () => {
    expect(eventOf('message.ack', ack({ ack: -1 }))).toMatchObject({ error: { code: 'ack_error' } })
  })

  test('is said by newer ones of NOWEB', () => {
    const error = { code: '463', reason: 'account_restricted' }
    expect(eventOf('message.ack', ack({ ack: -1, error }))).toMatchObject({
      error: { code: '463', message: 'account_restricted' },
    })
  })
})

describe('in groups', () => {
  test.each(['message.ack.group', 'message.ack'])('%s is about one member', event => {
    const fields = { id: `true_${group}_3EOURS_${lid}`, from: group, participant: lid, ack: 3 }
    expect(eventOf(event, ack(fields))).toMatchObject({
      providerId: '3EOURS',
      status: 'read',
      participant: { kind: 'lid', value: lid },
    })
    expect(eventOf(event, ack({ ...fields, participant: `${phone}:3@c.us` }))).toMatchObject({
      participant: { kind: 'phone', value: `+${phone}` },
    })
  })

  test('our own phone says nothing about anybody', () => {
    const fields = { id: `true_${group}_3EOURS_${me.lid}`, participant: me.lid, ack: 3 }
    expect(eventOf('message.ack.group', ack(fields))).toMatchObject({ type: 'notice' })
  })

  test('direct chats have no members', () => {
    expect(eventOf('message.ack', ack({ participant: chat }))).not.toHaveProperty('participant')
  })
})
