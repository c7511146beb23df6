import { expect, test } from 'vitest'
import { checkFault } from '../faults/check-fault.js'
import { describeFault, FAULT_FORMS } from './fault-forms.js'

const forms = [...FAULT_FORMS.webhooks, ...FAULT_FORMS.sends]

test.each(forms.map(form => [form.label, form] as const))(
  '"%s" is a fault that the emulator takes, and has words',
  (_, form) => {
    for (const value of [form.value ?? 1, 1, form.max ?? 60_000]) {
      const fault = form.fault(value)
      expect(checkFault(fault)).toBe(fault)
      expect(describeFault(fault)).not.toBe(fault.kind)
    }
  },
)
