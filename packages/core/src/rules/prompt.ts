import type { ModelMessage, Prompt, Turn } from '../ports/index.js'
import type { Message } from '../vocabulary/index.js'

/** Marks what a person of the business wrote, in the assistant's turns. */
export const operatorMark = '[operator]'

/**
 * A turn as a prompt: history and burst as alternating turns, the burst last. Neighbouring messages of one side become
 * one turn, a line each. Operators speak for the business, so they are on the assistant's side and marked as such.
 * The customer's reactions are lines of theirs behind the message; those of our own side say nothing to a model.
 */
export function turnPrompt(turn: Pick<Turn, 'burst' | 'conversation' | 'history'>, system?: string): Prompt {
  const group = turn.conversation.kind === 'group'
  const messages: { role: ModelMessage['role']; text: string }[] = []
  const say = (role: ModelMessage['role'], line: string) => {
    const last = messages.at(-1)
    if (last?.role === role) last.text += `\n${line}`
    else messages.push({ role, text: line })
  }
  for (const message of [...turn.history, ...turn.burst]) {
    say(message.author === 'customer' ? 'user' : 'assistant', describeMessage(message, group))
    for (const { by, name, emoji } of message.reactions ?? []) {
      if (by === 'customer') say('user', named(bracket('reaction', emoji), group ? name : undefined))
    }
  }
  return system === undefined ? { messages } : { system, messages }
}

/** One message as a line of a prompt: its words, what it is when it has more than words, and who says it. */
export function describeMessage(message: Message, group = false): string {
  const line = describeContent(message)
  if (message.author === 'operator') return `${operatorMark} ${line}`
  return named(line, group && message.author === 'customer' ? message.senderName : undefined)
}

function named(line: string, name: string | undefined): string {
  return name ? `${name}: ${line}` : line
}

function describeContent(message: Message): string {
  const { content, text: words = '', type } = message
  if (message.revokedAt !== undefined) return bracket('deleted', '')
  if (type === 'text' || type === 'button') return words
  switch (content?.type) {
    case 'document':
      return bracket(content.media.filename ? `document ${content.media.filename}` : type, words)
    case 'location':
      return bracket(`location ${content.latitude},${content.longitude}`, words)
    case 'vote':
      return bracket(content.options.length > 0 ? 'vote' : 'vote taken back', words)
    case 'poll':
      return withChoices(bracket('poll', words), content.options)
    case 'buttons':
      return withChoices(
        words,
        content.buttons.map(({ title }) => title),
      )
    case 'list':
      return withChoices(
        words,
        content.sections.flatMap(({ rows }) => rows.map(({ title }) => title)),
      )
    default:
      return bracket(type.replace('_', ' '), words)
  }
}

/** What one may choose: a model that sees an answer must know the question. */
function withChoices(line: string, choices: readonly string[]): string {
  return `${line} (${choices.join(' | ')})`
}

function bracket(label: string, words: string): string {
  return words === '' ? `[${label}]` : `[${label}] ${words}`
}
