import type { OutboundMessage } from '@switchboard/core'
import { asFields } from '../values.js'

/** What errors must not repeat: whatever the message says, and whom it is for. */
export function secretsOf({ content, to }: Pick<OutboundMessage, 'content' | 'to'>): string[] {
  const words: string[] = [to.value.replace(/\D/g, '')]
  collect(content, words)
  return words
}

function collect(value: unknown, words: string[]): void {
  // Nobody repeats a file, and looking for one of 100 MB takes seconds.
  if (typeof value === 'string') {
    if (!/^data:/i.test(value)) words.push(value)
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, words)
  } else {
    const fields = asFields(value) ?? {}
    // `type` is a word of ours: `image`, `list`.
    for (const key in fields) if (key !== 'type') collect(fields[key], words)
  }
}
