import type { ButtonContent, Content, FormContent } from '@switchboard/core'
import { asFields, asText, asWords, type Fields, nestsDeeperThan } from '../../../values.js'

/** The answer to an interactive message: a button, a list row, a Flow, a calling permission. */
export function readInteractive(interactive: Fields | undefined): Content | undefined {
  switch (interactive?.type) {
    case 'button_reply':
      return readReply(asFields(interactive.button_reply))
    case 'list_reply':
      return readReply(asFields(interactive.list_reply))
    case 'nfm_reply':
      return readForm(asFields(interactive.nfm_reply))
    case 'call_permission_reply':
      return readCallPermission(asFields(interactive.call_permission_reply))
    default:
      return undefined
  }
}

function readReply(reply: Fields | undefined): ButtonContent | undefined {
  const payload = asWords(reply?.id)
  const text = asWords(reply?.title) ?? payload
  if (text === undefined) return undefined
  return payload === undefined ? { type: 'button', text } : { type: 'button', text, payload }
}

/** Deeper answers stay text: the person's own client writes them, and whoever stores `data` recurses into it. */
const deepestForm = 32

function readForm(reply: Fields | undefined): FormContent | undefined {
  const text = asText(reply?.response_json)
  if (text === undefined) return undefined
  const data = parseForm(text)
  const name = asWords(reply?.name)
  return name === undefined ? { type: 'form', data } : { type: 'form', name, data }
}

function parseForm(text: string): unknown {
  try {
    const data: unknown = JSON.parse(text)
    return nestsDeeperThan(data, deepestForm) ? text : data
  } catch {
    return text
  }
}

/** Not a chat text: WhatsApp reports what the person chose in its own dialogue, so it is never answered. */
function readCallPermission(reply: Fields | undefined): Content | undefined {
  const response = asWords(reply?.response)
  if (response === undefined) return undefined
  return { type: 'system', text: `Call permission: ${response}`, event: 'call_permission_reply' }
}
