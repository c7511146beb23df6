import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readProse } from './prose.js'
import { readResult } from './read.js'

const texts = (...values: string[]) => ({ content: values.map(text => ({ type: 'text', text })) })

describe('the same list, however it is written', () => {
  const list = [{ id: 'a' }, { id: 'b' }]
  test.each<[string, unknown]>([
    ['as structured content of its own', { ...texts('ignored'), structuredContent: { items: list } }],
    ['in JSON', texts(JSON.stringify({ items: list }))],
    ['in a fence', texts(`\`\`\`json\n${JSON.stringify({ items: list })}\n\`\`\``)],
    [
      'in a resource',
      { content: [{ type: 'resource', resource: { uri: 'x:y', text: JSON.stringify({ items: list }) } }] },
    ],
    ['by the REST API behind the tool', texts(JSON.stringify({ status: 200, content: { items: list } }))],
    ['by WAHA', texts(JSON.stringify({ status: 200, response: JSON.stringify({ items: list }) }))],
  ])('%s', (_how, result) => {
    expect(readResult(result)).toEqual({ kind: 'data', data: { items: list } })
  })

  test.each<[string, unknown]>([
    ['as a bare array', texts(JSON.stringify(list))],
    ['one block an element', texts(...list.map(item => JSON.stringify(item, null, 2)))],
    [
      'wrapped by the Python SDK',
      { ...texts('{"id":"a"}', '{"id":"b"}'), structuredContent: { result: list } },
    ],
  ])('%s', (_how, result) => {
    expect(readResult(result)).toEqual({ kind: 'data', data: list })
  })
})

describe('failures', () => {
  test.each<[string, unknown, object]>([
    ['isError', { ...texts('no such chat'), isError: true }, { words: 'no such chat' }],
    ['isError without words', { content: [], isError: true }, { words: '' }],
    [
      'success: false',
      texts('{"success":false,"message":"Recipient must be provided"}'),
      { words: 'Recipient must be provided' },
    ],
    [
      'a status inside',
      texts('{"status":422,"response":"{\\"message\\":\\"not ready\\"}"}'),
      { status: 422, words: 'not ready' },
    ],
    ['text', texts('Error: No active session'), { words: 'Error: No active session' }],
    ['text in structured content', { structuredContent: { result: 'Error: no' } }, { words: 'Error: no' }],
    ['an object with nothing but an error', texts('{"error":"denied"}'), { words: 'denied' }],
    ['an object with an error inside', texts('{"error":{"message":"denied"}}'), { words: 'denied' }],
  ])('by %s', (_how, result, expected) => {
    expect(readResult(result)).toMatchObject({ kind: 'failure', ...expected })
  })

  test('are not seen where there are none', () => {
    for (const text of [
      '{"messages":[],"error":null}',
      '{"messages":[],"error":""}',
      '{"id":"a","error":"none"}',
    ]) {
      expect(readResult(texts(text)).kind).toBe('data')
    }
    expect(readResult(texts('Errors are human'))).toEqual({ kind: 'prose', text: 'Errors are human' })
  })
})

test('nothing that a server answers makes the reader throw', () => {
  fc.assert(fc.property(fc.jsonValue(), result => void readResult(result)))
  const block = fc.oneof(
    fc.jsonValue(),
    fc.record({ type: fc.constant('text'), text: fc.oneof(fc.string(), fc.json()) }),
  )
  fc.assert(
    fc.property(fc.array(block), fc.jsonValue(), fc.boolean(), (content, structuredContent, isError) => {
      const read = readResult({ content, structuredContent, isError })
      expect(['data', 'prose', 'failure']).toContain(read.kind)
      if (isError) expect(read.kind).toBe('failure')
    }),
  )
})

describe('prose', () => {
  test('is read line by line, with the lines that follow', () => {
    const text = [
      '[2026-09-10 01:46:41] Chat: Alex Rivera From: Alex Rivera: Hi: is it open?',
      'Or not?',
      '',
      'Tell me.',
      '[2026-09-10 01:47:10] Chat: Alex Rivera From: Me: Yes!',
      '[2026-09-10 01:48:00+00:00] From: 15550001234: [image - Message ID: 3EB04 - Chat JID: 1@s.whatsapp.net] look',
    ].join('\n')
    expect(readProse(text)).toEqual([
      {
        timestamp: '2026-09-10 01:46:41',
        is_from_me: false,
        sender_name: 'Alex Rivera',
        content: 'Hi: is it open?\nOr not?\n\nTell me.',
      },
      { timestamp: '2026-09-10 01:47:10', is_from_me: true, content: 'Yes!' },
      {
        timestamp: '2026-09-10 01:48:00+00:00',
        is_from_me: false,
        sender_name: '15550001234',
        id: '3EB04',
        chat_jid: '1@s.whatsapp.net',
        media_type: 'image',
        caption: 'look',
      },
    ])
  })

  test('keeps every text whole that has no line of its own form', () => {
    const words = fc
      .string({ unit: 'grapheme' })
      .filter(text => !/^\[\d{4}-/m.test(text) && !/^\[\w+ - M/.test(text))
    fc.assert(
      fc.property(fc.array(words.map(text => text.replace(/\r/g, '').trimEnd())), all => {
        const text = all.map(each => `[2026-09-10 01:46:41] Chat: A From: B: ${each}\n`).join('')
        expect(readProse(text).map(({ content }) => content)).toEqual(all)
      }),
      { examples: [[['two\u2028lines', '\u2029!']]] },
    )
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => void readProse(text)))
  })
})
