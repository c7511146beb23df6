import { describe, expect, it } from 'vitest'
import { patienceMs } from './flagship.js'
import { messagesOf, setUp, sleep } from './whole.js'

describe.concurrent('sending', { timeout: 120_000 }, () => {
  it('taken, and then failed because the window was closed: parked, and sent when the customer writes', async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    emulator.faults.add({ kind: 'undeliverable', code: 131047 })
    await alex.text('Hello')
    const [first] = await emulator.ledger.waitForSent(1, patienceMs)
    const lastOfOurs = async () => (await messagesOf(flagship)).filter(({ author }) => author === 'bot')[0]
    for (let tries = 0; tries < 100 && (await lastOfOurs())?.status !== 'parked'; tries++) await sleep(50)
    expect(await lastOfOurs()).toMatchObject({ status: 'parked', providerId: null })
    await scene.nothingMore()
    expect(emulator.ledger.sent()).toHaveLength(1)

    await alex.text('Are you there?')
    const [, again] = await emulator.ledger.waitForSent(3, patienceMs)
    expect(again?.text).toBe(first?.text)
    await emulator.status(first?.wamid ?? '', 'failed')
    await scene.nothingMore()
    expect(emulator.ledger.sent()).toHaveLength(3)
    expect(await lastOfOurs()).toMatchObject({
      status: expect.stringMatching(/sent|delivered|read/),
      providerId: again?.wamid,
    })
  })

  it("an operator's text that is longer than WhatsApp takes goes out in pieces, once", async () => {
    await using scene = await setUp()
    const { emulator, alex, flagship } = scene
    await alex.text('Tell me all of it')
    await emulator.ledger.waitForSent(1, patienceMs)
    const words = Array.from({ length: 1_500 }, (_, index) => `word${index}`)
    const long = { phone: '+15550001234', message: words.join(' '), id: 'mine-2' }
    const sendLong = async () =>
      (await flagship.api<{ pieces: { message_id: string }[] }>('operator-message', long)).body
    const sent = await sendLong()
    const pieces = emulator.ledger.sent().slice(1)
    expect(pieces.flatMap(({ text }) => text?.split(' '))).toEqual(words)
    expect(pieces.length).toBeGreaterThan(2)
    expect(sent).toMatchObject({ status: 'success', id: 'mine-2', message_id: pieces[0]?.wamid })
    for (const { pieces: told } of [sent, await sendLong()])
      expect(told.map(({ message_id }) => message_id)).toEqual(pieces.map(({ wamid }) => wamid))
    expect(emulator.ledger.sent()).toHaveLength(1 + pieces.length)
  })
})
