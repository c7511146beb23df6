import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readCommandLine } from './cli-options.js'
import { startBot } from './test-support/bot.js'

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url))

function run(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, ...args])
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      output += chunk
    })
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  return {
    child,
    exit,
    get output() {
      return output
    },
  }
}

test('it says where it listens and what to configure, serves, and stops when told', async () => {
  await using bot = await startBot()
  const cli = run('--port', '0', '--webhook', bot.url, '--app-secret', 'chosen-secret')
  await expect.poll(() => cli.output, { timeout: 15_000 }).toContain('Stop with Ctrl+C')
  const url = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(cli.output)?.[1]
  for (const words of [
    'WHATSAPP_GRAPH_URL',
    'emulator-access-token',
    '106540000000001',
    bot.url,
    `${url}/phone`,
  ])
    expect(cli.output).toContain(words)
  expect(cli.output).not.toContain('chosen-secret')
  const path = `${url}/_emulator/people/alex-rivera/messages?wait=true`
  expect((await fetch(path, { method: 'POST', body: '{"text":"Hi"}' })).status).toBe(200)
  expect(bot.messages()).toHaveLength(1)
  cli.child.kill('SIGTERM')
  expect(await cli.exit).toBe(0)
})

test('Whapi, WAHA and an MCP server are played when asked for', async () => {
  const mcp = ['--mcp-token', 'chosen-token']
  const cli = run('--port', '0', '--whapi', '--waha-engine', 'NOWEB', '--waha-key', 'chosen-key', ...mcp)
  await expect.poll(() => cli.output, { timeout: 15_000 }).toContain('Stop with Ctrl+C')
  const url = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(cli.output)?.[1]
  expect(cli.output).toContain('emulator-whapi-token')
  expect(cli.output).toContain('WAHA engine      NOWEB')
  expect(cli.output).toMatch(/emulator-whapi-secret +WHAPI_WEBHOOK_SECRET/)
  expect(cli.output).toMatch(/emulator-waha-hmac-key +WAHA_WEBHOOK_HMAC_KEY/)
  expect(cli.output).toContain(`MCP server       ${url}/mcp`)
  for (const secret of ['chosen-key', 'chosen-token']) expect(cli.output).not.toContain(secret)
  const health = await fetch(`${url}/health`, { headers: { authorization: 'Bearer emulator-whapi-token' } })
  expect(await health.json()).toMatchObject({ status: { text: 'AUTH' } })
  const session = await fetch(`${url}/api/sessions/default`, { headers: { 'x-api-key': 'chosen-key' } })
  expect(await session.json()).toMatchObject({ status: 'WORKING', engine: { engine: 'NOWEB' } })
  const headers = { authorization: 'Bearer chosen-token' }
  expect((await fetch(`${url}/mcp`, { headers })).status).toBe(405)
  cli.child.kill('SIGTERM')
  expect(await cli.exit).toBe(0)
})

test('--verify-token verifies the webhook, and a refusal ends it with status 1', async () => {
  await using bot = await startBot(hook => {
    const query = new URL(hook.url, 'http://x').searchParams
    return query.get('hub.verify_token') === 'right' ? { body: query.get('hub.challenge') ?? '' } : 403
  })
  const good = run('--port', '0', '--webhook', bot.url, '--verify-token', 'right')
  await expect.poll(() => good.output, { timeout: 15_000 }).toContain('The webhook is verified')
  good.child.kill('SIGINT')
  expect(await good.exit).toBe(0)
  const bad = run('--port', '0', '--webhook', bot.url, '--verify-token', 'wrong')
  expect(await bad.exit).toBe(1)
  expect(bad.output).toContain('could not be verified: it answered 403')
})

test('--help and --version', async () => {
  const help = run('--help')
  expect(await help.exit).toBe(0)
  for (const flag of [
    '--port',
    '--webhook',
    '--app-secret',
    '--access-token',
    '--phone-number-id',
    '--verify-token',
  ])
    expect(help.output).toContain(flag)
  const version = run('--version')
  expect(await version.exit).toBe(0)
  expect(version.output).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('a mistake is named, with status 1', async () => {
  const cli = run('--prot', '1')
  expect(await cli.exit).toBe(1)
  expect(cli.output).toContain("'--prot'")
  expect(cli.output).toContain('--help')
})

test('the command line becomes options', () => {
  expect(readCommandLine([])).toEqual({ port: 4004, verify: false })
  expect(readCommandLine(['--port', '0', '--api-key', 'k', '--auto-read', '50', '--host', '::1'])).toEqual({
    port: 0,
    host: '::1',
    model: { apiKey: 'k' },
    statuses: { readMs: 50 },
    verify: false,
  })
  expect(readCommandLine(['--no-statuses'])).toMatchObject({ statuses: false })
  expect(readCommandLine(['-h', '--port', 'x'])).toBe('help')
  expect(() => readCommandLine(['--port', 'http'])).toThrow('--port must be a whole number, not "http"')
  expect(() => readCommandLine(['--verify-token', 'x'])).toThrow('--webhook')
  expect(() => readCommandLine(['extra'])).toThrow('extra')
})
