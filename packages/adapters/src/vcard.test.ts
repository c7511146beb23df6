import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readVcard, writeVcard } from './vcard.js'

test('a card as WhatsApp writes it', () => {
  const card = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    'N:Fox;Dana;;Dr.;',
    'FN:Dana Fox',
    'ORG:Fox\\, Hare & Co.;Sales',
    'item1.TEL;waid=4915155500007;type=CELL:+49 151 555 00007',
    'TEL;TYPE="work,voice:x":030 555 0100',
    'EMAIL;TYPE=Home:dana@fox.example',
    'PHOTO;BASE64:AAAA',
    ' BBBB',
    'END:VCARD',
  ]
  const expected = {
    name: 'Dana Fox',
    phones: ['+4915155500007', '030 555 0100'],
    emails: ['dana@fox.example'],
    organisation: 'Fox, Hare & Co., Sales',
  }
  expect(readVcard(card.join('\n'))).toEqual(expected)
  expect(readVcard(card.join('\r\n'))).toEqual(expected)
})

test('names in parts, in lines that are folded', () => {
  expect(readVcard('N:Fox;Da\n na;;Dr.;')).toEqual({ name: 'Dr. Dana Fox', phones: [] })
  expect(readVcard('FN:\nN:;;;;')).toEqual({ phones: [] })
  expect(readVcard('TEL;VALUE=uri:tel:+4930555')).toEqual({ phones: ['+4930555'] })
})

test.each(['', 'hello', ':', ';:', 'FN', '"FN:x', '\u0000\n\n:::'])('%j is no card', text => {
  expect(readVcard(text)).toEqual({ phones: [] })
})

test('any text is read without a throw, long ones in no time', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), text => readVcard(text).phones.length >= 0))
  expect(readVcard(`FN:${'\\'.repeat(200_000)}`).phones).toEqual([])
  expect(readVcard('\n '.repeat(200_000)).phones).toEqual([])
})

const line = fc.string({ minLength: 1 }).filter(text => text.trim() === text && !text.includes('\r'))

test('what is written is read again', () => {
  const contacts = fc.record(
    {
      name: line,
      phones: fc.array(fc.constantFrom('+4915155500007', '+15550001234', '030 555 0100')),
      emails: fc.array(line, { minLength: 1 }),
      organisation: line.filter(text => !text.includes(';')),
    },
    { requiredKeys: ['name', 'phones'] },
  )
  fc.assert(
    fc.property(contacts, contact => {
      expect(readVcard(writeVcard(contact))).toEqual(contact)
    }),
  )
})

test('what is written cannot become another field', () => {
  const card = writeVcard({ name: 'Dana\nTEL:+1555\r\nEND:VCARD', phones: ['+4915155500007;x', '1\n2'] })
  expect(card).toBe(
    'BEGIN:VCARD\nVERSION:3.0\nFN:Dana\\nTEL:+1555\\nEND:VCARD\nTEL;type=CELL:+4915155500007\\;x\nTEL;type=CELL:1\\n2\nEND:VCARD',
  )
})
