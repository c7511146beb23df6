import type { Identity } from '@switchboard/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMentions, readPeople } from './jid.js'
import { isAmong, openSelf } from './self.js'

const phone = (value: string): Identity => ({ kind: 'phone', value })
const lid = (value: string): Identity => ({ kind: 'lid', value })

test('what is known from the start comes first, and nothing comes twice', () => {
  const self = openSelf('+493055500100')
  self.learn([lid('7@lid'), phone('+493055500100')])
  self.learn([lid('7@lid')])
  expect(self.known()).toEqual([phone('+493055500100'), lid('7@lid')])
})

test('after a change of number the one before is known, and older ones are not', () => {
  const self = openSelf()
  for (const digit of ['1', '2', '3']) self.learn([phone(`+49305550010${digit}`), lid(`${digit}@lid`)])
  expect(self.known()).toEqual([phone('+493055500102'), lid('2@lid'), phone('+493055500103'), lid('3@lid')])
})

const address = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: 493055500100, max: 493055500104 }),
      fc.constantFrom('@c.us', '@lid', ':7@lid', '@s.whatsapp.net', '@g.us', ''),
    )
    .map(([user, server]) => `${user}${server}`),
  fc.jsonValue({ maxDepth: 2 }),
)

test('whatever addresses are given, people come out, each once, in an account as in a mention', () => {
  fc.assert(
    fc.property(fc.array(address), addresses => {
      const mentioned = readMentions(addresses)
      expect(new Set(mentioned.map(({ kind, value }) => `${kind} ${value}`)).size).toBe(mentioned.length)
      // Who is one of them is found among the mentioned, however the address is spelled.
      for (const one of addresses) {
        for (const identity of readPeople([one])) expect(isAmong(identity, mentioned)).toBe(true)
      }
      const people = readPeople(addresses)
      expect(new Set(people.map(({ kind }) => kind)).size).toBe(people.length)
    }),
  )
})
