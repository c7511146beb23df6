import type { OutboundMessage } from '@switchboard/core'
import { account, phone } from '../webhook/samples.test.support.js'

/** Its text and its recipient must not come up in any error. */
export const message: OutboundMessage = {
  id: 'message-1',
  channel: 'meta',
  account,
  to: { kind: 'phone', value: `+${phone}` },
  content: { type: 'text', text: 'The code of the gate is 4711' },
}

export const refusedForNow = { code: 'channel_refused', retryable: true }
export const unknown = { code: 'channel_unknown', retryable: false }
