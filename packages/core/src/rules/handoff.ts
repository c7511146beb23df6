import type { Handoff } from '../vocabulary/index.js'

/** What may change who speaks. `operator-spoke`: a person of the business wrote, through the SDK or on the phone. */
export type HandoffEvent = 'takeover' | 'handback' | 'request' | 'operator-spoke' | 'idle'

const transitions: Record<HandoffEvent, Record<Handoff, Handoff>> = {
  takeover: { bot: 'human', requested: 'human', human: 'human' },
  handback: { bot: 'bot', requested: 'bot', human: 'bot' },
  // Somebody who is in charge stays in charge.
  request: { bot: 'requested', requested: 'requested', human: 'human' },
  'operator-spoke': { bot: 'human', requested: 'human', human: 'human' },
  // An unanswered request does not time out: the person who asked is still waiting.
  idle: { bot: 'bot', requested: 'requested', human: 'bot' },
}

/** Who speaks after `event`. */
export function nextHandoff(state: Handoff, event: HandoffEvent): Handoff {
  return transitions[event][state]
}

const caution: Record<Handoff, number> = { bot: 0, requested: 1, human: 2 }

/** Who speaks where two conversations become one: a person before a request, a request before the bot. */
export function saferHandoff(one: Handoff, other: Handoff): Handoff {
  return caution[one] >= caution[other] ? one : other
}

/** Whether the bot may speak. */
export function botMaySpeak(state: Handoff): boolean {
  return state === 'bot'
}
