import { expect, test } from 'vitest'
import { account, businessPhone, contact, eventsOf, metadata, phone, userId } from './samples.test.support.js'

const entryOf = (field: string, value: object) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '770010000000001', time: 1_777_888_800, changes: [{ field, value }] }],
})

/** About the business account: Meta names no number, or its digits only. */
const ofTheBusiness: Record<string, object> = {
  account_alerts: { entity_type: 'BUSINESS', alert_severity: 'WARNING', alert_status: 'ACTIVE' },
  account_review_update: { decision: 'APPROVED' },
  account_update: { event: 'PARTNER_REMOVED', waba_info: { waba_id: '770010000000001' } },
  business_capability_update: { max_daily_conversation_per_phone: 1000 },
  business_username_update: { display_phone_number: businessPhone, username: 'teashop', status: 'approved' },
  flows: { event: 'FLOW_STATUS_CHANGE', flow_id: '55', new_status: 'THROTTLED' },
  message_template_components_update: { message_template_id: 7001, message_template_name: 'tea' },
  message_template_quality_update: { previous_quality_score: 'GREEN', new_quality_score: 'RED' },
  message_template_status_update: { event: 'REJECTED', message_template_id: 7001, reason: 'INVALID_FORMAT' },
  partner_solutions: { event: 'SOLUTION_CREATED' },
  phone_number_name_update: {
    display_phone_number: businessPhone,
    decision: 'APPROVED',
    rejection_reason: null,
  },
  phone_number_quality_update: { display_phone_number: businessPhone, event: 'DOWNGRADE' },
  security: { display_phone_number: businessPhone, event: 'PIN_RESET_REQUEST' },
  template_category_update: { previous_category: 'UTILITY', new_category: 'MARKETING' },
}

/** About one number and its people. */
const ofANumber: Record<string, object> = {
  calls: { contacts: [contact], calls: [{ id: 'wacid.1', from: phone, event: 'connect' }] },
  group_lifecycle_update: { groups: [{ group_id: 'Y2Fw', type: 'group_create', subject: 'Order 7' }] },
  group_participants_update: { groups: [{ group_id: 'Y2Fw', removed_participants: [{ wa_id: phone }] }] },
  group_settings_update: { groups: [{ group_id: 'Y2Fw', group_subject: { text: 'Order 8' } }] },
  group_status_update: { groups: [{ group_id: 'Y2Fw', type: 'group_suspend' }] },
  smb_app_state_sync: {
    state_sync: [{ type: 'contact', action: 'remove', contact: { phone_number: phone } }],
  },
  user_preferences: { contacts: [contact], user_preferences: [{ user_id: userId, value: 'stop' }] },
}

test.each(Object.entries(ofTheBusiness))('%s is a notice of no account, whole', (field, value) => {
  const [{ id, time, changes }] = entryOf(field, value).entry as [
    { id: string; time: number; changes: unknown[] },
  ]
  expect(eventsOf(entryOf(field, value))).toEqual([
    { type: 'notice', channel: 'meta', kind: field, raw: { entry: { id, time }, change: changes[0] } },
  ])
})

test.each(Object.entries(ofANumber))('%s is a notice of its account, whole', (field, parts) => {
  const value = { messaging_product: 'whatsapp', metadata, ...parts }
  expect(eventsOf(entryOf(field, value))).toEqual([
    {
      type: 'notice',
      channel: 'meta',
      account,
      kind: field,
      raw: { entry: { id: '770010000000001', time: 1_777_888_800 }, change: { field, value } },
    },
  ])
})

test('a template’s id keeps all its digits', () => {
  const body = JSON.stringify(entryOf('message_template_status_update', { event: 'APPROVED', id: 0 }))
  const [notice] = eventsOf(body.replace('"id":0', '"id":16895569000000012345'))
  expect(notice).toMatchObject({ raw: { change: { value: { id: '16895569000000012345' } } } })
})
