import type { OutboundContent, OutboundMessage } from '@switchboard/core'
import { asFields } from '../values.js'
import { isDataUrl } from './data-url.js'

/** What errors must not repeat: whatever the message says, and whom it is for. */
export function secretsOf({ content, to }: Pick<OutboundMessage, 'content' | 'to'>): string[] {
  const words: string[] = [to.value.replace(/^\+/, '').replace(/@.*/, '')]
  collect(personal(content), words)
  return words
}

/** Name and language of a template are Meta's to name: they tell what to mend, and no word of it. */
function personal(content: OutboundContent): unknown {
  return content.type === 'template' ? { components: content.components, text: content.text } : content
}

/** Kinds of things: `template`, `quick_reply`. */
const kinds = new Set(['type', 'sub_type'])

function collect(value: unknown, words: string[]): void {
  // Nobody repeats a file, and looking for one of 100 MB takes seconds.
  if (typeof value === 'string') words.push(...(isDataUrl(value) ? [] : [value]))
  else if (Array.isArray(value)) for (const item of value) collect(item, words)
  else {
    const fields = asFields(value) ?? {}
    for (const key in fields) if (!kinds.has(key)) collect(fields[key], words)
  }
}
