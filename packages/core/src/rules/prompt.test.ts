import { describe, expect, it } from 'vitest'
import { conversation, message } from './message.test.support.js'
import { turnPrompt } from './prompt.js'

describe('prompts', () => {
  it('alternates, joins neighbours, marks operators and ends with the burst', () => {
    const history = [
      message({ text: 'one' }),
      message({ text: 'two' }),
      message({ author: 'bot', direction: 'outbound', text: 'answer' }),
      message({ author: 'operator', direction: 'outbound', text: 'I am Ana' }),
    ]
    const burst = [message({ text: 'three' }), message({ type: 'voice', text: undefined as never })]
    expect(turnPrompt({ conversation, history, burst }, 'be kind')).toEqual({
      system: 'be kind',
      messages: [
        { role: 'user', text: 'one\ntwo' },
        { role: 'assistant', text: 'answer\n[operator] I am Ana' },
        { role: 'user', text: 'three\n[voice]' },
      ],
    })
  })

  it('says what has no words', () => {
    const lines = [
      message({ type: 'image', text: 'my cat', content: { type: 'image', media: {}, caption: 'my cat' } }),
      message({ type: 'document', text: '', content: { type: 'document', media: { filename: 'a.pdf' } } }),
      message({ type: 'location', text: 'Café', content: { type: 'location', latitude: 1, longitude: 2 } }),
    ]
    expect(turnPrompt({ conversation, history: [], burst: lines }).messages[0]?.text).toBe(
      '[image] my cat\n[document a.pdf]\n[location 1,2] Café',
    )
  })

  it('says what one could choose, and what was chosen', () => {
    const options = ['Red', 'Blue']
    const buttons = options.map(title => ({ id: title, title }))
    const bot = { author: 'bot', direction: 'outbound', text: 'Which?' } as const
    const history = [
      message({ ...bot, type: 'buttons', content: { type: 'buttons', text: 'Which?', buttons } }),
      message({
        ...bot,
        type: 'list',
        content: { type: 'list', text: 'Which?', button: 'Choose', sections: [{ rows: buttons }] },
      }),
      message({ ...bot, type: 'poll', content: { type: 'poll', question: 'Which?', options } }),
    ]
    const burst = [
      message({ type: 'button', text: 'Red', content: { type: 'button', text: 'Red', payload: 'colour-1' } }),
      message({ type: 'vote', text: 'Red, Blue', content: { type: 'vote', options } }),
      message({ type: 'vote', text: undefined as never, content: { type: 'vote', options: [] } }),
    ]
    expect(turnPrompt({ conversation, history, burst }).messages.map(({ text }) => text)).toEqual([
      'Which? (Red | Blue)\nWhich? (Red | Blue)\n[poll] Which? (Red | Blue)',
      'Red\n[vote] Red, Blue\n[vote taken back]',
    ])
  })

  it('tells reactions of the customer as theirs, and nothing of what was deleted', () => {
    const history = [
      message({ text: 'hello', reactions: [{ by: 'operator', emoji: '👋' }] }),
      message({
        author: 'bot',
        direction: 'outbound',
        text: 'Shall I book it?',
        reactions: [{ by: 'customer', emoji: '👍' }],
      }),
      message({ text: undefined as never, revokedAt: 1_000 }),
    ]
    const burst = [message({ text: 'at one', editedAt: 1_000, original: { text: 'at noon' } })]
    expect(turnPrompt({ conversation, history, burst }).messages).toEqual([
      { role: 'user', text: 'hello' },
      { role: 'assistant', text: 'Shall I book it?' },
      { role: 'user', text: '[reaction] 👍\n[deleted]\nat one' },
    ])
    const group = { ...conversation, kind: 'group' } as const
    const reactions = [{ by: 'customer', name: 'Bo', emoji: '👍' }] as const
    const inGroup = turnPrompt({
      conversation: group,
      history: [],
      burst: [message({ senderName: 'Ana', reactions })],
    })
    expect(inGroup.messages[0]?.text).toBe('Ana: hello\nBo: [reaction] 👍')
  })

  it('names the writers of a group', () => {
    const group = { ...conversation, kind: 'group' } as const
    const burst = [message({ senderName: 'Ana', text: 'hi' }), message({ senderName: 'Bo', text: 'ho' })]
    expect(turnPrompt({ conversation: group, history: [], burst }).messages[0]?.text).toBe('Ana: hi\nBo: ho')
  })
})
