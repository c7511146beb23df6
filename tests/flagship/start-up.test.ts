import { writeFile } from 'node:fs/promises'
import { createServer, type OutgoingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { startEmulator } from '@switchboard/emulator'
import { createDatabase } from '@switchboard/test-support/postgres'
import { describe, expect, it } from 'vitest'
import {
  answerWithModel,
  connectTo,
  disposables,
  runFlagship,
  startFlagship,
  temporaryDirectory,
} from './flagship.js'

describe.concurrent('a configuration that cannot work', { timeout: 120_000 }, () => {
  it.each([
    ['PORT', { PORT: 'three' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://localhost/x' }],
    ['WHATSAPP_ACCESS_TOKEN', { WHATSAPP_PHONE_NUMBER_ID: '1' }],
    ['WHATSAPP_PHONE_NUMBER_ID', { WHATSAPP_ACCESS_TOKEN: 'x' }],
    ['WHATSAPP_ACCOUNTS', { WHATSAPP_ACCOUNTS: '[{"phoneNumberId": "1"}]' }],
    ['WHATSAPP_ACCOUNTS', { WHATSAPP_ACCOUNTS: 'number 1, token t' }],
    ['WHAPI_TOKEN', { WHAPI_WEBHOOK_SECRET: 's' }],
    ['WAHA_URL', { WAHA_API_KEY: 'k' }],
    ['WAHA_URL', { WAHA_URL: 'waha:3000' }],
    ['MCP_PROFILE', { MCP_SERVER_URL: 'http://localhost:1/mcp', MCP_PROFILE: 'oracle' }],
    [
      'WAHA_WEBHOOK_HMAC_KEY',
      { ENVIRONMENT: 'production', OPERATOR_API_KEY: 'k', WAHA_URL: 'http://waha:3000' },
    ],
    ['WHAPI_WEBHOOK_SECRET', { ENVIRONMENT: 'production', OPERATOR_API_KEY: 'k', WHAPI_TOKEN: 't' }],
    ['LLM_PROVIDER', { LLM_PROVIDER: 'oracle' }],
    ['SEND_UNKNOWN_POLICY', { SEND_UNKNOWN_POLICY: 'hope' }],
    ['BUFFER_QUIET_MS', { BUFFER_QUIET_MS: '-1' }],
    ['OPERATOR_API_KEY', { ENVIRONMENT: 'production' }],
    ['ENVIRONMENT', { ENVIRONMENT: 'Production' }],
    [
      'WHATSAPP_APP_SECRET',
      {
        ENVIRONMENT: 'production',
        OPERATOR_API_KEY: 'k',
        WHATSAPP_PHONE_NUMBER_ID: '1',
        WHATSAPP_ACCESS_TOKEN: 't',
      },
    ],
  ])('is refused at start by the name of %s', async (name, variables) => {
    const { status, output } = await runFlagship(variables)
    expect(status).toBe(78)
    expect(output).toContain(name)
    expect(output).not.toContain('    at ')
  })

  it('says of every variable what is wrong with it, and repeats no secret', async () => {
    const accounts = [
      { phoneNumberId: 1, accesstoken: 'canary-1' },
      'canary-2',
      { phoneNumberId: '+1 555', accessToken: 'canary 3', appSecret: '' },
    ]
    const { output } = await runFlagship({
      ROLE: 'boss',
      WHATSAPP_PHONE_NUMBER_ID: '+1 555 000 9999',
      WHATSAPP_ACCESS_TOKEN: 'canary\n4',
      WHATSAPP_ACCOUNTS: JSON.stringify(accounts),
      WAHA_URL: 'localhost:3001',
      MCP_SERVER_URL: 'http://localhost:1/mcp',
      MCP_POLL_SECONDS: '0x10',
    })
    for (const line of [
      'ROLE: must be one of all, web, worker',
      'WHATSAPP_PHONE_NUMBER_ID: must be digits alone: the id, not the number',
      'WHATSAPP_ACCESS_TOKEN: holds a blank, a line break',
      'WHATSAPP_ACCOUNTS: entry 1: phoneNumberId must be in quotation marks',
      'WHATSAPP_ACCOUNTS: entry 1: accessToken is missing',
      'WHATSAPP_ACCOUNTS: entry 2: must look like {"phoneNumberId": "…"',
      'WHATSAPP_ACCOUNTS: entry 3: accessToken holds a blank',
      'WAHA_URL: must be an address that begins with http:// or https://',
      'MCP_POLL_SECONDS: must be a number of seconds',
    ]) {
      expect(output).toContain(line)
    }
    expect(output).not.toContain('canary')
  })

  it('names a variable that does nothing: one of another channel, one that is misspelt', async () => {
    const orphan = await runFlagship({ WHAPI_TOKEN: 't', WHATSAPP_APP_SECRET: 's', WHATSAPP_TOKEN: 'canary' })
    expect(orphan.status).toBe(78)
    expect(orphan.output).toContain('WHATSAPP_PHONE_NUMBER_ID: is missing, but WHATSAPP_APP_SECRET is set')
    expect(orphan.output).toMatch(/WHATSAPP_TOKEN: is set and does nothing.*WHATSAPP_ACCESS_TOKEN/)
    expect(orphan.output).not.toContain('canary')
  })

  it('says when the port is taken and when the database is not there', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => holder.once('listening', resolve))
    const { port } = holder.address() as AddressInfo
    await using database = await createDatabase()
    const taken = await runFlagship({ PORT: String(port), DATABASE_URL: database.url })
    holder.close()
    expect(taken).toMatchObject({ status: 1, output: expect.stringMatching(/PORT: .*EADDRINUSE/) })
    const away = await runFlagship({ DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none` })
    expect(away).toMatchObject({
      status: 1,
      output: expect.stringMatching(/Cannot start: DATABASE_URL: .*ECONNREFUSED/),
    })
  })

  it('says when the data directory cannot be made', async () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'file')
    await writeFile(file, '')
    const { status, output } = await runFlagship({ SWITCHBOARD_DATA_DIR: join(file, 'data') })
    expect(status).toBe(1)
    expect(output).toMatch(/Cannot start: SWITCHBOARD_DATA_DIR: .*file/)
  })

  it('refuses a data directory that another process holds', async () => {
    using directory = temporaryDirectory()
    await using running = disposables()
    running.use(await startFlagship({ SWITCHBOARD_DATA_DIR: directory.path }))
    const second = await runFlagship({ SWITCHBOARD_DATA_DIR: directory.path })
    expect(second.status).toBe(1)
    expect(second.output).toContain('SWITCHBOARD_DATA_DIR')
    expect(second.output).toContain(directory.path)
  })
})

describe('without any variable', { timeout: 120_000 }, () => {
  it('the flagship runs on PGlite with the emulator and the offline responder', async () => {
    using directory = temporaryDirectory()
    await using running = disposables()
    const flagship = running.use(await startFlagship({ SWITCHBOARD_DATA_DIR: directory.path }))
    const phone = /the emulator’s phone is at http:\/\/127\.0\.0\.1:\d+\/phone/
    // The line after the one that starting waits for.
    await expect.poll(() => flagship.output()).toMatch(phone)
    expect(flagship.output()).toContain('OPERATOR_API_KEY is not set')
    const health = await fetch(`${flagship.url}/health`)
    expect(await health.json()).toMatchObject({ status: 'ok', store: true, progress: true, workers: 1 })
    expect(await flagship.stop()).toBe(0)
  })
})

describe('the operator key', () => {
  it('is needed below /api when it is set; without it only this machine gets in', async () => {
    await using running = disposables()
    const { url: DATABASE_URL } = running.use(await createDatabase())
    const key = 'operator-canary-key'
    const flagship = running.use(await startFlagship({ DATABASE_URL, OPERATOR_API_KEY: key }))
    const status = async (authorization?: string) =>
      (
        await fetch(`${flagship.url}/api/v1/conversations`, {
          ...(authorization && { headers: { authorization } }),
        })
      ).status
    expect(await status()).toBe(401)
    expect(await status('Bearer wrong')).toBe(401)
    expect(await status(`Basic ${key}`)).toBe(401)
    expect(await status(`Bearer ${key}`)).toBe(200)
    expect((await fetch(`${flagship.url}/health`)).status).toBe(200)
    expect(flagship.output()).not.toContain(key)
  })

  it('absent: what came through a proxy, or under another name, is refused', async () => {
    await using running = disposables()
    const { url: DATABASE_URL } = running.use(await createDatabase())
    const flagship = running.use(await startFlagship({ DATABASE_URL }))
    const { port } = new URL(flagship.url)
    const path = `${flagship.url}/api/v1/conversations`
    const status = (headers: OutgoingHttpHeaders) =>
      new Promise(resolve => {
        request(path, { headers }, response => resolve(response.resume().statusCode)).end()
      })
    expect(await status({ 'x-forwarded-for': '203.0.113.7' })).toBe(403)
    // What a page sends whose name was made to point to this machine.
    expect(await status({ host: `rebound.example:${port}` })).toBe(403)
    expect(await status({ host: `localhost.rebound.example:${port}` })).toBe(403)
    expect(await status({ host: `localhost:${port}` })).toBe(200)
    expect(await status({})).toBe(200)
  })
})

describe('the API', () => {
  it('answers what is wrong with a request, as a problem', async () => {
    await using running = disposables()
    const { url: DATABASE_URL } = running.use(await createDatabase())
    const flagship = running.use(await startFlagship({ DATABASE_URL }))
    const answers = await Promise.all([
      flagship.api('takeover', {}),
      flagship.api('takeover', { phone: 'Alex' }),
      flagship.api('handback', { conversation: '999999' }),
      flagship.api('operator-message', { phone: '+15550001234' }),
      flagship.api('messages?phone=%2B15550100000'),
      flagship.api('messages?phone=%2B15550100000&limit=9999'),
      flagship.api('nothing'),
    ])
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 404, 400, 404, 400, 404])
    for (const { body } of answers)
      expect(body).toMatchObject({ title: expect.any(String), status: expect.any(Number) })
    const post = async (type: string, body: string) => {
      const headers = { 'content-type': type }
      return (await fetch(`${flagship.url}/api/v1/takeover`, { method: 'POST', body, headers })).status
    }
    expect(await post('application/json', '{"phone":')).toBe(400)
    const right = '{"phone":"+15550100000"}'
    expect(await post('application/x-www-form-urlencoded', right)).toBe(415)
    expect(await post('text/plain', right)).toBe(415)
    expect(await post('application/json; charset=utf-8', right)).toBe(200)
  })
})

describe('the verification handshake', () => {
  it('echoes the challenge for the right token only', async () => {
    await using running = disposables()
    const { url: DATABASE_URL } = running.use(await createDatabase())
    const emulator = running.use(await startEmulator())
    const flagship = running.use(await startFlagship(connectTo(emulator, { DATABASE_URL })))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    expect(await emulator.verifyWebhook()).toMatchObject({ verified: true })
    expect(await emulator.verifyWebhook('wrong')).toMatchObject({ verified: false, status: 403 })
  })
})

describe('the log', () => {
  it('has no text, no phone and no secret in it, whatever happens', async () => {
    await using running = disposables()
    const emulator = running.use(await startEmulator())
    const database = running.use(await createDatabase())
    const environment = connectTo(emulator, {
      DATABASE_URL: database.url,
      LOG_LEVEL: 'trace',
      ...answerWithModel(emulator),
    })
    const flagship = running.use(await startFlagship(environment))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    emulator.model.queue({ text: 'canary-answer-4711' }, { status: 401 }, { failure: 'garbage' })
    const alex = emulator.person('Alex Rivera')
    for (const text of ['canary-text-0815', 'canary-text-0816', 'canary-text-0817']) {
      emulator.faults.add({ kind: 'rate-limit', retryAfter: 1 })
      await alex.text(text)
      await new Promise(resolve => setTimeout(resolve, 1_000))
    }
    await alex.message({ type: 'hologram', hologram: { secret: 'canary-text-0818' } })
    await emulator.ledger.waitForSent(1, 20_000)
    await emulator.deliver({ object: 'whatsapp_business_account' }, { signature: 'sha256=forged' } as never)
    await flagship.stop()
    const output = flagship.output()
    expect(output).toContain('message received')
    const secrets = [
      'canary',
      '15550001234',
      'Alex',
      emulator.account.accessToken,
      emulator.account.appSecret,
      new URL(database.url).password || 'no-password',
    ]
    for (const secret of secrets) expect(output).not.toContain(secret)
  }, 60_000)
})
