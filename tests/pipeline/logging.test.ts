import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { metaChannel } from '@switchboard/adapters/meta'
import { createBot, type Logger, type Responder } from '@switchboard/core'
import { toNodeHandler } from '@switchboard/core/node'
import { fakeChannel, fakeClock, type ScriptedSend } from '@switchboard/core/testing'
import { memoryStore } from '@switchboard/storage/memory'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { echo, person } from './embedded-bot.js'

const words = 'my card is 4111'
const secrets = {
  accessToken: 'token-of-the-business',
  appSecret: 'secret-of-the-app',
  verifyToken: 'token-to-verify',
}

/** A bot to which nobody listens, with a logger that keeps every line. */
function silentBot(respond: Responder = echo) {
  const lines: { level: string; fields: object; message: string }[] = []
  const log = (level: string) => (fields: object, message: string) => lines.push({ level, fields, message })
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  const clock = fakeClock()
  const channel = fakeChannel({ clock })
  const meta = metaChannel({ phoneNumberId: '106540000000001', ...secrets })
  const bot = createBot({
    channels: [channel, meta],
    store: memoryStore({ clock }),
    respond,
    clock,
    logger,
    random: () => 0,
    maxBodyBytes: 1_000,
  })
  bot.work()
  return {
    bot,
    clock,
    channel,
    lines,
    fields: () => lines.map(({ level, fields }) => ({ level, ...fields })),
    /** A request to the bot, as any client may make it; resolves to the status. */
    async ask(path: string, init: RequestInit = { method: 'POST', body: words }) {
      return (await bot.fetch(new Request(`https://example.com/webhooks/${path}`, init))).status
    },
    async write(...script: ScriptedSend[]) {
      channel.scriptSends(...script)
      await bot.fetch(channel.request(channel.text(words, { from: person })))
      await clock.advance(1_000)
    },
    /** What must not be in the log, and is. */
    leaks() {
      const text = JSON.stringify(lines)
      const hidden = [words, '4111', person, person.slice(1), 'guess', ...Object.values(secrets)]
      return hidden.filter(secret => text.includes(secret))
    },
  }
}

describe('a webhook that is refused', () => {
  it('by its channel is logged, with a reason that is not its body', async () => {
    const { ask, fields, leaks } = silentBot()
    const signed = { 'x-hub-signature-256': 'sha256=guess' }
    expect(await ask('meta', { method: 'POST', body: words, headers: signed })).toBe(401)
    const verification = 'hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess'
    expect(await ask(`meta?${verification}`, { method: 'GET' })).toBe(403)
    expect(await ask('fake')).toBe(400)
    expect(fields()).toEqual([
      { level: 'warn', status: 401, channel: 'meta', reason: expect.stringContaining('signature') },
      { level: 'warn', status: 403, channel: 'meta', reason: expect.stringContaining('verify token') },
      { level: 'warn', status: 400, channel: 'fake', reason: expect.stringContaining('body') },
    ])
    expect(leaks()).toEqual([])
  })

  it('by the bot is logged', async () => {
    const { bot, ask, fields, leaks } = silentBot()
    expect(await ask(`guess?${words}`)).toBe(404)
    const long = { method: 'POST', url: '/fake', headers: { get: () => null }, body: new Uint8Array(1_001) }
    expect((await bot.handle(long)).status).toBe(413)
    expect(fields()).toEqual([
      { level: 'warn', status: 404, reason: 'no channel answers here; there are: fake, meta' },
      { level: 'warn', status: 413, channel: 'fake', reason: 'the body is longer than 1000 bytes' },
    ])
    expect(leaks()).toEqual([])
  })

  it('before its body was read is logged', async () => {
    const { ask, fields } = silentBot()
    expect(await ask('fake', { method: 'POST', body: words.repeat(100) })).toBe(413)
    expect(fields()).toEqual([
      { level: 'warn', status: 413, channel: 'fake', reason: 'the body is longer than 1000 bytes' },
    ])
  })

  it('again and again does not fill the log', async () => {
    const { clock, ask, fields } = silentBot()
    for (let time = 0; time < 100; time++) await ask('meta')
    for (let time = 0; time < 100; time++) await ask(`nobody-${time}`)
    expect(fields()).toMatchObject([{ status: 401 }, { status: 404 }])
    await clock.advance(59_999)
    await ask('meta')
    expect(fields()).toHaveLength(2)
    await clock.advance(1)
    await ask('meta')
    await ask('meta')
    expect(fields().slice(2)).toMatchObject([{ status: 401, channel: 'meta', leftOut: 100 }])
    await clock.advance(60_000)
    await ask('meta')
    expect(fields().slice(3)).toMatchObject([{ status: 401, channel: 'meta', leftOut: 1 }])
  })

  it('by toNodeHandler, before the bot sees it, is logged once a minute too', async () => {
    const { bot, fields, leaks } = silentBot()
    const app = express()
    app.use('/late', express.json(), toNodeHandler(bot))
    app.use('/webhooks', toNodeHandler(bot))
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const post = async (path: string, body: string) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers })).status
    }
    expect(await post('/late/fake', JSON.stringify({ text: words }))).toBe(500)
    expect(await post('/late/fake', JSON.stringify({ text: words }))).toBe(500)
    expect(await post('/webhooks/meta', words.repeat(100))).toBe(413)
    server.closeAllConnections()
    server.close()
    expect(fields()).toEqual([
      {
        level: 'error',
        status: 500,
        channel: 'fake',
        reason: expect.stringContaining('before express.json()'),
      },
      { level: 'warn', status: 413, channel: 'meta', reason: 'the body is longer than 1000 bytes' },
    ])
    expect(leaks()).toEqual([])
  })
})

describe('trouble that nobody listens to', () => {
  it('with a turn is logged by its ids', async () => {
    const { bot, clock, write, fields, leaks } = silentBot(turn => {
      throw new Error(`${turn.text}: no answer for ${person}`)
    })
    await write()
    await clock.advance(60_000)
    const [parked] = await bot.turns({ outcome: 'parked' })
    const { id: turnId, conversationId } = parked!
    expect(fields()).toEqual([
      { level: 'warn', conversationId, attempt: 1, retryInMs: expect.any(Number) },
      { level: 'warn', conversationId, attempt: 2, retryInMs: expect.any(Number) },
      { level: 'warn', conversationId, turnId },
    ])
    expect(leaks()).toEqual([])
  })

  it('with a message is logged by its ids and the code of its error', async () => {
    const { clock, write, fields, leaks } = silentBot()
    const message = `cannot tell ${person}: ${words}`
    await write(
      { kind: 'refused', message, retryable: true },
      { kind: 'refused', message, providerCode: '131026' },
    )
    await clock.advance(10_000)
    await write({ kind: 'unknown' })
    const ids = { conversationId: expect.any(String), messageId: expect.any(String) }
    expect(fields()).toEqual([
      { level: 'info', ...ids, code: 'channel_refused', afterMs: expect.any(Number) },
      { level: 'warn', ...ids, code: '131026' },
      { level: 'warn', ...ids, code: 'channel_unknown' },
    ])
    expect(leaks()).toEqual([])
  })
})
