/** @import { Fault } from './types.js' */

/**
 * One line of the drawer: what goes wrong, and a number where it needs one.
 *
 * @typedef {object} FaultForm
 * @property {string} label
 * @property {string} [unit]
 * @property {number} [value]
 * @property {number} [max]
 * @property {(value: number) => Fault} fault
 */

/** @type {Readonly<Record<'webhooks' | 'sends', readonly FaultForm[]>>} */
export const FAULT_FORMS = {
  webhooks: [
    {
      label: 'Duplicate the next',
      unit: 'times',
      value: 3,
      max: 50,
      fault: copies => ({ kind: 'duplicate-webhook', copies }),
    },
    {
      label: 'Delay the next',
      unit: 'ms',
      value: 3000,
      fault: ms => ({ kind: 'delay-webhook', ms }),
    },
    {
      label: 'Reorder the next',
      unit: 'messages',
      value: 3,
      max: 50,
      fault: count => ({ kind: 'reorder-webhooks', count, holdMs: 15_000 }),
    },
    {
      label: 'Batch the next',
      unit: 'messages',
      value: 3,
      max: 50,
      fault: count => ({ kind: 'batch-webhooks', count, holdMs: 15_000 }),
    },
    { label: 'Lose the next', fault: () => ({ kind: 'lose-webhook' }) },
  ],
  sends: [
    {
      label: 'Server error (500)',
      unit: 'times',
      max: 100,
      fault: times => ({ kind: 'server-error', times }),
    },
    {
      label: 'Rate limit (429)',
      unit: 'times',
      max: 100,
      fault: times => ({ kind: 'rate-limit', times, retryAfter: 1 }),
    },
    { label: 'No answer, not sent', fault: () => ({ kind: 'timeout', ms: 30_000 }) },
    { label: 'No answer, yet sent', fault: () => ({ kind: 'timeout', accepted: true }) },
    { label: 'Connection reset, not sent', fault: () => ({ kind: 'reset' }) },
    { label: 'Connection reset, yet sent', fault: () => ({ kind: 'reset', accepted: true }) },
    { label: 'Slow answer', unit: 'ms', value: 2000, fault: ms => ({ kind: 'delay', ms }) },
    { label: 'Accepted, but undeliverable', fault: () => ({ kind: 'undeliverable' }) },
  ],
}

/** @type {Readonly<Record<string, (fault: any) => string>>} */
const WORDS = {
  'duplicate-webhook': ({ copies = 2 }) => `Next message delivered ${copies} times`,
  'delay-webhook': ({ ms }) => `Next message ${ms} ms late`,
  'reorder-webhooks': ({ count = 2 }) => `Next ${count} messages last first`,
  'batch-webhooks': ({ count = 2 }) => `Next ${count} messages in one webhook`,
  'lose-webhook': () => 'Next message lost',
  'server-error': () => 'Send meets a 500',
  'rate-limit': () => 'Send meets a 429',
  timeout: ({ accepted }) => `Send gets no answer, ${accepted ? 'yet is sent' : 'and is not sent'}`,
  reset: ({ accepted }) => `Connection reset, ${accepted ? 'yet sent' : 'not sent'}`,
  delay: ({ ms }) => `Send answered ${ms} ms late`,
  undeliverable: () => 'Send accepted, but undeliverable',
}

/** @param {Fault} fault */
export function describeFault(fault) {
  return WORDS[fault.kind]?.(fault) ?? fault.kind
}
