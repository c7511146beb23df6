import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundChats, readCursor, writeCursor } from './cursor.js'

const count = fc.nat()
const id = fc.string({ minLength: 1 })
const entry = fc.record(
  { chat: id, textHash: id, at: count, outboundId: id, answeredId: id, listedId: id },
  { requiredKeys: ['chat', 'textHash', 'at', 'outboundId'], noNullPrototype: true },
)
const marks = fc.array(fc.tuple(id, fc.record({ since: count, hash: id }, { noNullPrototype: true })))

test('a cursor is read as it was written', () => {
  fc.assert(
    fc.property(count, count, marks, fc.array(entry), (start, at, chats, sent) => {
      const cursor = { start, floor: 0, at, count: 3, chats: new Map(chats), sent }
      expect(readCursor(writeCursor(cursor))).toEqual(cursor)
    }),
  )
})

test('nothing makes the reader throw', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), text => void readCursor(text)))
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (chats, sent) => {
      const text = JSON.stringify({ v: 1, start: 0, floor: 0, at: 0, count: 0, chats, sent })
      expect(readCursor(text)).toBeDefined()
    }),
  )
})

test('what is forgotten is older than all that is kept, and the floor says how old', () => {
  fc.assert(
    fc.property(marks, fc.nat({ max: 5 }), (given, most) => {
      const chats = new Map(given)
      const bounded = boundChats(chats, 0, most)
      expect(bounded.chats.size).toBeLessThanOrEqual(most)
      for (const [chat, { since }] of chats) {
        if (!bounded.chats.has(chat)) expect(since).toBeLessThanOrEqual(bounded.floor)
      }
    }),
  )
})
