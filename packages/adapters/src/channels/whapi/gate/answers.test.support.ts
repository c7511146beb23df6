import { type Answer, json } from '../../../http/local-server.test.support.js'

/** A message that Whapi took. */
export const accepted: Answer = json(200, {
  sent: true,
  message: { id: 'o.accepted.g4CA-sample', from_me: true, type: 'text', source: 'api', status: 'pending' },
})

export const success: Answer = json(200, { success: true })
