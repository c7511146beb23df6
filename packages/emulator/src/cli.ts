import { readFile } from 'node:fs/promises'
import { type CliOptions, HELP, readCommandLine } from './cli-options.js'
import type { Emulator } from './emulator.js'
import { describeError } from './errors.js'
import { startEmulator } from './start-emulator.js'

async function main(args: readonly string[]): Promise<void> {
  const options = readCommandLine(args)
  if (options === 'help') return print(HELP)
  if (options === 'version') return print(`${await readVersion()}\n`)
  const emulator = await startEmulator(options)
  const stop = (): void => void emulator.close()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  print(greeting(emulator, options))
  if (options.verify && !(await verify(emulator))) {
    process.exitCode = 1
    await emulator.close()
  }
}

/** What a line says, its value, and the variable of the flagship that takes it. */
type Line = readonly [what: string, value: string, variable?: string]

function greeting(emulator: Emulator, options: CliOptions): string {
  const { url, modelUrl, phoneUrl, account } = emulator
  const { appSecret, accessToken, verifyToken, webhook } = options
  const lines: Line[] = [
    ['phone', phoneUrl],
    ['Graph API', url, 'WHATSAPP_GRAPH_URL'],
    ['phone number id', account.phoneNumberId, 'WHATSAPP_PHONE_NUMBER_ID'],
    ['access token', shown(accessToken, account.accessToken), 'WHATSAPP_ACCESS_TOKEN'],
    ['app secret', shown(appSecret, account.appSecret), 'WHATSAPP_APP_SECRET'],
    ['verify token', shown(verifyToken, account.verifyToken), 'WHATSAPP_VERIFY_TOKEN'],
    ['model API', modelUrl, 'OPENAI_BASE_URL'],
    ['control API', `${url}/_emulator/state`],
    ['webhooks to', String(webhook ?? 'none yet: start again with --webhook <url>')],
  ]
  const blocks = [lines, ...others(emulator, options)].map(block => block.map(lineOf).join('\n'))
  return `listening on ${url}\n\n${blocks.join('\n\n')}\n\nStop with Ctrl+C.\n`
}

const lineOf = ([what, value, variable = '']: Line) =>
  `  ${what.padEnd(15)}  ${value.padEnd(38)}  ${variable}`.trimEnd()

/** What a bot at Whapi, WAHA or the MCP server is configured with. */
function others(emulator: Emulator, { whapi, waha, mcp }: CliOptions): readonly (readonly Line[])[] {
  const blocks: Line[][] = []
  if (whapi) {
    const { url, token, headers } = emulator.whapi
    const secret = (headers.authorization ?? '').replace(/^Bearer /, '')
    blocks.push([
      ['Whapi API', url, 'WHAPI_API_URL'],
      ['Whapi token', shown(whapi.token, token), 'WHAPI_TOKEN'],
      ['Whapi secret', secret, 'WHAPI_WEBHOOK_SECRET'],
      ['Whapi webhooks', String(whapi.webhook ?? 'none yet: --whapi-webhook <url>')],
    ])
  }
  if (waha) {
    const { url, apiKey, session, engine, hmacKey = '' } = emulator.waha
    blocks.push([
      ['WAHA API', url, 'WAHA_URL'],
      ['WAHA key', shown(waha.apiKey, apiKey), 'WAHA_API_KEY'],
      ['WAHA session', session, 'WAHA_SESSION'],
      ['WAHA engine', engine],
      ['WAHA HMAC key', shown(waha.hmacKey ?? undefined, hmacKey), 'WAHA_WEBHOOK_HMAC_KEY'],
      ['WAHA webhooks', String(waha.webhook ?? 'none yet: --waha-webhook <url>')],
    ])
  }
  if (mcp) {
    const { url, token = '' } = emulator.mcp
    blocks.push([
      ['MCP server', url, 'MCP_SERVER_URL'],
      ['MCP token', shown(mcp.token ?? undefined, token), 'MCP_TOKEN'],
    ])
  }
  return blocks
}

/** A secret that somebody chose is not printed; the built-in ones are no secrets. */
function shown(chosen: string | undefined, value: string): string {
  return chosen === undefined ? value : '(as given)'
}

async function verify(emulator: Emulator): Promise<boolean> {
  const { verified, status, error } = await emulator.verifyWebhook()
  if (verified) {
    print('The webhook is verified: it gave the challenge back.\n')
    return true
  }
  const reason = error ?? (status === 200 ? 'answered 200, but not with the challenge' : `answered ${status}`)
  complain(`The webhook could not be verified: it ${error === undefined ? reason : `gave no answer (${reason})`}.
Is the server running, and is its verify token the one given with --verify-token?`)
  return false
}

async function readVersion(): Promise<string> {
  const file = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(file) as { version: unknown }).version)
}

function print(text: string): void {
  process.stdout.write(text)
}

function complain(message: string): void {
  process.stderr.write(`switchboard-emulator: ${message}\n`)
}

main(process.argv.slice(2)).catch(error => {
  complain(`${describeError(error)}\nTry switchboard-emulator --help.`)
  process.exitCode = 1
})
