import { SwitchboardError } from '../errors.js'
import type { OperatorPiece } from '../ports/index.js'
import { cleanText, splitText } from '../rules/index.js'
import type { Message, OutboundContent } from '../vocabulary/index.js'

/** What an operator sends: words, or any other content. */
export type OperatorText = OperatorDetails &
  (
    | { readonly text: string; readonly content?: undefined }
    | { readonly content: OutboundContent; readonly text?: undefined }
  )

interface OperatorDetails {
  /** Provider id of a message to quote. */
  readonly quotedId?: string
  /** Names the message: the same id again sends nothing. What follows of a long text is `ID.2`, `ID.3`, … */
  readonly id?: string
  /** Who wrote it. */
  readonly by?: string
}

/** What an operator sent, as the store has it. */
export interface OperatorSend extends Message {
  /**
   * All messages that the text became, in their order, the first of them this one; only when it was longer than the channel
   * takes. Each has a status of its own; when one fails the ones behind it are `cancelled`.
   */
  readonly pieces?: readonly Message[]
}

/** @throws {SwitchboardError} `invalid_input` when there is nothing to send */
export function operatorContent({ text, content }: OperatorText): OutboundContent {
  if (content !== undefined && text !== undefined) {
    throw invalidInput('`text` and `content` are both given: give one of them')
  }
  // Not everybody who calls this has a compiler that checks it.
  const given: Partial<OutboundContent> = content ?? { type: 'text', text: text ?? '' }
  if (typeof given !== 'object' || typeof given.type !== 'string') {
    throw invalidInput('`content` must be an object with a `type`, such as `text`')
  }
  if (given.type !== 'text') return given as OutboundContent
  if (typeof given.text !== 'string' || given.text.trim() === '') {
    throw invalidInput('`text` is empty: write something')
  }
  return { ...given, type: 'text', text: cleanText(given.text) }
}

/**
 * A content as the messages that it takes. Nothing is ever cut off.
 *
 * @param id of the first one
 */
export function operatorPieces(
  id: string,
  content: OutboundContent,
  maxTextLength: number | undefined,
): readonly [OperatorPiece, ...OperatorPiece[]] {
  const whole = { id, content }
  if (content.type !== 'text' || maxTextLength === undefined) return [whole]
  const [first, ...further] = splitText(content.text, maxTextLength)
  if (first === undefined || further.length === 0) return [whole]
  return [
    { id, content: { ...content, text: first } },
    ...further.map((text, index) => ({ id: `${id}.${index + 2}`, content: { ...content, text } })),
  ]
}

function invalidInput(message: string): SwitchboardError {
  return new SwitchboardError('invalid_input', message)
}
