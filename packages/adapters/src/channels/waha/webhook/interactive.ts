import type { ButtonContent, PollContent } from '@switchboard/core'
import { asFields, asList, asText, asWords, type Fields } from '../../../values.js'
import { partOf, protoOf } from './engine-data.js'

/** A poll: WhatsApp's message of GOWS and NOWEB, or the fields of WEBJS and WPP. */
export function readPoll(payload: Fields): PollContent | undefined {
  const part = partOf(protoOf(payload), /^pollCreationMessage/)
  const data = asFields(payload._data)
  const question = asWords(part?.name) ?? asWords(data?.pollName)
  const given = asList(part?.options) ?? asList(data?.pollOptions)
  if (question === undefined || !given) return undefined
  const options = given.map(readOption).filter(option => option !== undefined)
  return { type: 'poll', question, options }
}

function readOption(value: unknown): string | undefined {
  const option = asFields(value)
  return asWords(option?.optionName) ?? asWords(option?.name) ?? asWords(value)
}

/** A tap on a button or a row. The payload is the id that its sender gave it. */
export function readTap(payload: Fields): ButtonContent | undefined {
  const proto = protoOf(payload)
  const data = asFields(payload._data)
  const button = partOf(proto, /^(buttonsResponse|templateButtonReply)Message$/)
  const row = partOf(proto, /^listResponseMessage$/)
  const choice = asFields(row?.singleSelectReply) ?? asFields(asFields(data?.listResponse)?.singleSelectReply)
  if (!button && !row && data?.type !== 'buttons_response' && data?.type !== 'list_response') return undefined
  const id =
    asWords(button?.selectedButtonId) ??
    asWords(button?.selectedButtonID) ??
    asWords(button?.selectedId) ??
    asWords(button?.selectedID) ??
    asWords(choice?.selectedRowId) ??
    asWords(choice?.selectedRowID) ??
    asWords(data?.selectedButtonId)
  const label = asWords(button?.selectedDisplayText) ?? asWords(row?.title) ?? asText(payload.body) ?? id
  if (label === undefined) return undefined
  return id === undefined ? { type: 'button', text: label } : { type: 'button', text: label, payload: id }
}
