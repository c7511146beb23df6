import { type WahaChannel, wahaChannel } from '@switchboard/adapters/waha'
import { describe, expect, test } from 'vitest'
import { emulateChannel, plainContents, playWholeBot, poll, type Subject } from './emulated-channel.js'

const via = 'waha'
const engines = ['NOWEB', 'WEBJS', 'GOWS'] as const

/** With an emulator that checks bodies as WAHA's description says. */
const wahaWith = (engine: (typeof engines)[number]): Subject<WahaChannel> => ({
  provider: 'waha',
  options: { waha: { engine } },
  channelOf: ({ waha: { url, apiKey, session, hmacKey } }) =>
    wahaChannel({ url, apiKey, session, ...(hmacKey !== undefined && { hmacKey }) }),
})

describe.each(engines)('WAHA with %s, as the emulator plays it', engine => {
  test.each(plainContents)('takes $type, with a quote', async content => {
    await using both = await emulateChannel(wahaWith(engine))
    const { emulator, channel, events, to } = both
    const { id } = await emulator.person().text('Hello', { via })
    const [heard] = events
    if (heard?.type !== 'message') throw new Error('no message came')
    const account = channel.defaultAccount
    const message = { id: 'out-1', channel: 'waha', account, to, content, quotedId: heard.providerId }
    const sent = await channel.send(message)
    expect(emulator.refusals).toEqual([])
    expect(emulator.ledger.sent()).toMatchObject([{ provider: 'waha', quotedId: id, person: 'alex-rivera' }])
    // The engine with a browser does not say the ids of polls and cards.
    if (sent.providerId !== undefined)
      expect(emulator.ledger.sent()[0]?.wamid).toContain(sent.providerId.split('_').at(-1))
  })

  test('everything that a person can do becomes an event', async () => {
    await using both = await emulateChannel(wahaWith(engine))
    const { emulator, channel, events, to, kinds } = both
    const alex = emulator.person()
    const { id } = await alex.text('The blue one', { via })
    const account = channel.defaultAccount
    await channel.send({ id: 'out-1', channel: 'waha', account, to, content: poll })
    await emulator.webhooks.settled()
    const asked = emulator.ledger.sent()[0]?.wamid ?? ''
    expect(await kinds(alex.react(id, '👍', { via }))).toEqual(['reaction'])
    expect(await kinds(alex.image(undefined, { via, caption: 'Broken' }))).toEqual(['image'])
    expect(await kinds(alex.voiceNote(undefined, { via }))).toEqual(['voice'])
    expect(await kinds(alex.location({ latitude: 1, longitude: 2 }, { via }))).toEqual(['location'])
    expect(await kinds(alex.contacts([{ name: { formatted_name: 'Dana Fox' } }], { via }))).toEqual([
      'contacts',
    ])
    expect(await kinds(alex.vote(asked, ['Green'], { via }))).toContain('vote')
    expect(await kinds(alex.edit(id, 'The green one', { via }))).toEqual(['edit'])
    expect(await kinds(alex.revoke(id, { via }))).toEqual(['revoke'])
    expect(await kinds(emulator.echo({ to: alex.name, text: 'Sam here', via }))).toEqual(['text'])
    expect(events).toMatchObject([{ author: 'operator' }])
    expect(emulator.refusals).toEqual([])
  })

  test('a whole bot: answers once, knows its own sends, and yields to a person', () =>
    playWholeBot(wahaWith(engine)))
})
