import { describe, expect, it } from 'vitest'
import type { TurnContext } from '../ports/index.js'
import { fakeClock } from '../testing/fake-clock.js'
import { scriptedModel } from '../testing/scripted-model.js'
import { type ReplyWithOptions, replyWith } from './reply-with.js'

const turn: TurnContext = {
  conversation: {
    id: 'c1',
    channel: 'fake',
    account: 'business',
    kind: 'direct',
    peer: { kind: 'phone', value: '+12025550123' },
    handoff: 'bot',
  },
  burst: [],
  history: [],
  text: 'hello',
  attempt: 1,
  voids: 0,
  signal: new AbortController().signal,
  clock: fakeClock(),
  answer: undefined,
  report() {},
}

async function answer(words: string, options?: ReplyWithOptions) {
  const respond = replyWith(scriptedModel([words]), options)
  const result = await respond(turn)
  return typeof result === 'object' ? result.parts : result
}

describe('replyWith', () => {
  it("sends the model's Markdown in WhatsApp's formatting", async () => {
    expect(await answer('## Hi\n**there**')).toEqual([{ type: 'text', text: '*Hi*\n*there*' }])
  })

  it('formats otherwise, or not at all, when it is told to', async () => {
    expect(await answer('**there**', { format: false })).toEqual([{ type: 'text', text: '**there**' }])
    expect(await answer('there', { format: text => text.toUpperCase() })).toEqual([
      { type: 'text', text: 'THERE' },
    ])
  })

  it('sends the fallback as it is written, also when nothing is left of the answer', async () => {
    expect(await answer('# ', { fallback: '**sorry**' })).toEqual([{ type: 'text', text: '**sorry**' }])
  })
})
