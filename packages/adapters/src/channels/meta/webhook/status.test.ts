import { describe, expect, test } from 'vitest'
import {
  account,
  change,
  eventsOf,
  metadata,
  now,
  phone,
  seconds,
  userId,
  webhook,
} from './samples.test.support.js'

const status = (fields: Record<string, unknown> = {}) => ({
  id: 'wamid.ours',
  status: 'delivered',
  timestamp: seconds,
  recipient_id: phone,
  recipient_user_id: userId,
  ...fields,
})

const eventsFor = (...statuses: unknown[]) => eventsOf(webhook(change({ statuses })))

describe('a receipt', () => {
  test('says what happened to which message when', () => {
    const raw = status({ pricing: { billable: false, pricing_model: 'PMP' } })
    expect(eventsFor(raw)).toEqual([
      {
        type: 'status',
        channel: 'meta',
        account,
        providerId: 'wamid.ours',
        status: 'delivered',
        at: now,
        raw,
      },
    ])
  })

  test.each([
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['failed', 'failed'],
    ['played', 'read'],
  ])('%s means %s', (given, expected) => {
    expect(eventsFor(status({ status: given }))).toMatchObject([{ type: 'status', status: expected }])
  })

  test.each(['deleted', 'warning', 'constructor', '', 7, null, undefined])('%s is a notice', given => {
    const raw = JSON.parse(JSON.stringify(status({ status: given })))
    expect(eventsFor(raw)).toEqual([{ type: 'notice', channel: 'meta', account, kind: 'statuses', raw }])
  })

  test('without an id is a notice', () => {
    for (const id of [undefined, '', null, {}, 'x'.repeat(513)]) {
      expect(eventsFor(status({ id }))).toMatchObject([{ type: 'notice', kind: 'statuses' }])
    }
  })

  test('brings our own id back', () => {
    expect(eventsFor(status({ biz_opaque_callback_data: 'message-1' }))).toMatchObject([
      { outboundId: 'message-1' },
    ])
    expect(eventsFor(status({ biz_opaque_callback_data: '' }))[0]).not.toHaveProperty('outboundId')
  })

  test('needs neither a recipient nor a time', () => {
    const [event] = eventsFor({ id: 'wamid.ours', status: 'sent' })
    expect(event).toMatchObject({ type: 'status', status: 'sent' })
    expect(event).not.toHaveProperty('at')
  })

  test('keeps its order, and comes along with messages', () => {
    const messages = [{ id: 'wamid.theirs', from: phone, type: 'text', text: { body: 'Hello' } }]
    const statuses = [status({ status: 'read' }), status({ status: 'sent' })]
    expect(eventsOf(webhook(change({ messages, statuses })))).toMatchObject([
      { type: 'message' },
      { status: 'read' },
      { status: 'sent' },
    ])
  })
})

describe('a failure', () => {
  test.each<[why: string, errors: unknown, error: unknown]>([
    [
      'with details',
      [{ code: 131047, title: 'T', message: 'M', error_data: { details: 'Over 24 hours.' } }, { code: 1 }],
      { code: '131047', message: 'Over 24 hours.', scope: 'window' },
    ],
    [
      'with a text as data',
      [{ code: 132000, title: 'T', error_data: 'Two of three' }],
      { code: '132000', message: 'Two of three', scope: 'message' },
    ],
    [
      'with a message',
      [{ code: 1, title: 'T', message: 'M' }],
      { code: '1', message: 'M', scope: 'message' },
    ],
    ['with a title', [{ code: '2', title: 'T' }], { code: '2', message: 'T', scope: 'message' }],
    ['with a code alone', [{ code: 3 }], { code: '3', message: 'error 3', scope: 'auth' }],
    ['with a code that nobody knows', [{ code: 999 }], { code: '999', message: 'error 999' }],
    ['with nothing', [{}], { code: 'unknown', message: 'error unknown' }],
  ])('%s', (_why, errors, error) => {
    const [event] = eventsFor(status({ status: 'failed', errors }))
    expect(event).toMatchObject({ status: 'failed' })
    expect(event).toHaveProperty('error', error)
  })

  test.each([undefined, null, [], [null], 'broken', {}])(
    'without a reason (%s) is still a failure',
    errors => {
      const [event] = eventsFor(status({ status: 'failed', errors }))
      expect(event).toMatchObject({ type: 'status', status: 'failed' })
      expect(event).not.toHaveProperty('error')
    },
  )
})

describe('a receipt of a group', () => {
  const inGroup = {
    recipient_id: 'Y2FwaV9zYW1wbGU',
    recipient_type: 'group',
    recipient_participant_id: phone,
    recipient_participant_user_id: userId,
  }

  test('names the member', () => {
    const other = { recipient_participant_id: undefined, recipient_participant_user_id: 'DE.7007' }
    expect(eventsFor(status(inGroup), status({ ...inGroup, ...other }))).toMatchObject([
      { providerId: 'wamid.ours', participant: { kind: 'phone', value: `+${phone}` } },
      { providerId: 'wamid.ours', participant: { kind: 'bsuid', value: 'DE.7007' } },
    ])
  })

  test('may leave the member out', () => {
    expect(eventsFor(status({ recipient_type: 'group' }))[0]).not.toHaveProperty('participant')
    expect(eventsFor(status({ ...inGroup, recipient_type: 'individual' }))[0]).not.toHaveProperty(
      'participant',
    )
  })
})

test('the account is the number that the webhook names', () => {
  const other = { ...metadata, phone_number_id: 310010000000002 }
  expect(eventsOf(webhook(change({ metadata: other, statuses: [status()] })))).toMatchObject([
    { account: '310010000000002' },
  ])
  expect(eventsOf(webhook(change({ metadata: undefined, statuses: [status()] })))).toMatchObject([
    { account },
  ])
})
