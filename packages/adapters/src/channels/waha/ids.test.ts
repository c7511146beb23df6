import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientIdOf, isClientId, readKey } from './ids.js'

describe('reading an id', () => {
  test.each<[given: unknown, key: object | undefined]>([
    ['false_4915155500001@c.us_3EB0AB', { fromMe: false, chat: '4915155500001@c.us', stanza: '3EB0AB' }],
    [
      'true_1203637@g.us_3EB0AB_700100@lid',
      { fromMe: true, chat: '1203637@g.us', stanza: '3EB0AB', participant: '700100@lid' },
    ],
    ['false_700100:12@lid_3EB0.AB:1', { fromMe: false, chat: '700100:12@lid', stanza: '3EB0.AB:1' }],
    [
      'false_1203637-99@g.us_wamid.a_b=_49:3@c.us',
      { fromMe: false, chat: '1203637-99@g.us', stanza: 'wamid.a_b=', participant: '49:3@c.us' },
    ],
    [
      'false_status@broadcast_3EB0AB_49@c.us',
      { fromMe: false, chat: 'status@broadcast', stanza: '3EB0AB', participant: '49@c.us' },
    ],
    ['3EB0AB', { stanza: '3EB0AB' }],
    ['false_3EB0AB', { stanza: 'false_3EB0AB' }],
    ['false__3EB0AB', { stanza: 'false__3EB0AB' }],
    [17, { stanza: '17' }],
    [
      { id: '3EB0AB', remote: '49@c.us', fromMe: true, _serialized: 'true_49@c.us_3EB0AB' },
      { fromMe: true, chat: '49@c.us', stanza: '3EB0AB' },
    ],
    [
      { id: '3EB0AB', remoteJid: '49@s.whatsapp.net', fromMe: false, participant: undefined },
      { fromMe: false, chat: '49@s.whatsapp.net', stanza: '3EB0AB' },
    ],
    [{ id: { id: '3EB0AB' } }, undefined],
    ['', undefined],
    ['x'.repeat(513), undefined],
    [null, undefined],
    [[], undefined],
  ])('%j', (given, key) => {
    expect(readKey(given)).toEqual(key)
  })

  test('in full gives back its parts, whatever the stanza', () => {
    const stanza = fc.stringMatching(/^[A-Za-z0-9.:=_-]{1,40}$/).filter(id => !id.startsWith('_'))
    const address = fc.constantFrom('49@c.us', '7:1@lid', '120-3@g.us')
    fc.assert(
      fc.property(fc.boolean(), address, stanza, fc.option(address), (fromMe, chat, id, participant) => {
        const full = `${fromMe}_${chat}_${id}${participant === null ? '' : `_${participant}`}`
        expect(readKey(full)).toEqual({
          fromMe,
          chat,
          stanza: id,
          ...(participant !== null && { participant }),
        })
      }),
    )
  })
})

describe('ids of ours', () => {
  test('look like those of WhatsApp Web, and are the same each time', () => {
    expect(clientIdOf('0d6b1f0e-9a53-4c3e-8f55-1f2f0a7f2f11')).toMatch(/^3EB0[0-9A-F]{18}$/)
    expect(clientIdOf('outbound-1')).toBe(clientIdOf('outbound-1'))
    // A change here would send again, as a new message, what an older process has tried.
    expect(clientIdOf('outbound-1')).toBe('3EB0EFF36FE03B00021CEF')
  })

  test('are told from those of others', () => {
    fc.assert(
      fc.property(fc.string(), outboundId => {
        const id = clientIdOf(outboundId)
        expect(isClientId(id)).toBe(true)
        const last = id.at(-1) === '0' ? '1' : '0'
        expect(isClientId(id.slice(0, -1) + last)).toBe(false)
        expect(isClientId(id.toLowerCase())).toBe(false)
        expect(isClientId(`${id}0`)).toBe(false)
      }),
    )
    expect(isClientId('3EB0538DA65A59F6D8A251')).toBe(false)
  })

  test('do not meet', () => {
    const ids = new Set(Array.from({ length: 20_000 }, (_, index) => clientIdOf(`outbound-${index}`)))
    expect(ids.size).toBe(20_000)
  })
})
