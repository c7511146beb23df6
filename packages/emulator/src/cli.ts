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

function greeting(emulator: Emulator, options: CliOptions): string {
  const { url, modelUrl, phoneUrl, account } = emulator
  const webhook =
    options.webhook === undefined ? 'none yet: start again with --webhook <url>' : String(options.webhook)
  return `listening on ${url}

  phone            ${phoneUrl}
  Graph API        ${url}            WHATSAPP_GRAPH_URL
  phone number id  ${account.phoneNumberId}                  WHATSAPP_PHONE_NUMBER_ID
  access token     ${shown(options.accessToken, account.accessToken)}            WHATSAPP_ACCESS_TOKEN
  app secret       ${shown(options.appSecret, account.appSecret)}              WHATSAPP_APP_SECRET
  model API        ${modelUrl}         OPENAI_BASE_URL
  control API      ${url}/_emulator/state
  webhooks to      ${webhook}${others(emulator, options)}

Stop with Ctrl+C.
`
}

/** What a bot at Whapi, WAHA or the MCP server is configured with. */
function others(emulator: Emulator, { whapi, waha, mcp }: CliOptions): string {
  const lines: string[] = []
  if (whapi) {
    const { url, token } = emulator.whapi
    lines.push('', `  Whapi API        ${url}`, `  Whapi token      ${shown(whapi.token, token)}`)
    lines.push(`  Whapi webhooks   ${whapi.webhook ?? 'none yet'}`)
  }
  if (waha) {
    const { url, apiKey, session, engine } = emulator.waha
    lines.push('', `  WAHA API         ${url}, session ${session} (${engine})`)
    lines.push(`  WAHA key         ${shown(waha.apiKey, apiKey)}`)
    lines.push(`  WAHA webhooks    ${waha.webhook ?? 'none yet'}`)
  }
  if (mcp) {
    const { url, token } = emulator.mcp
    lines.push(
      '',
      `  MCP server       ${url}`,
      `  MCP token        ${shown(mcp.token ?? undefined, token ?? '')}`,
    )
  }
  return lines.map(line => `\n${line}`).join('')
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
