import { parseArgs } from 'node:util'
import { compact } from './json.js'
import type { EmulatorOptions } from './options.js'

export interface CliOptions extends EmulatorOptions {
  /** Do the GET verification at start. */
  readonly verify: boolean
}

export const HELP = `switchboard-emulator: WhatsApp's Cloud API, Whapi, WAHA, an MCP server, a model API and a phone on localhost

Usage
  switchboard-emulator [options]

Options
  --port <number>             port to listen on; 0 takes any free one         (4004)
  --host <address>            address to listen on                            (127.0.0.1)
  --webhook <url>             your server's webhook, where messages and statuses go
  --app-secret <secret>       signs the webhooks: X-Hub-Signature-256         (emulator-app-secret)
  --access-token <token>      bearer token that the Graph API asks for        (emulator-access-token)
  --phone-number-id <digits>  the business number in Graph paths              (106540000000001)
  --whapi                     play a channel of Whapi.cloud too
  --whapi-webhook <url>       where its webhooks go; plays it
  --whapi-token <token>       its bearer token                                (emulator-whapi-token)
  --waha                      play a session of WAHA too
  --waha-webhook <url>        where its webhooks go; plays it
  --waha-key <key>            its X-Api-Key                                   (emulator-waha-key)
  --waha-engine <engine>      NOWEB, WEBJS or GOWS                            (GOWS)
  --waha-hmac-key <key>       signs its webhooks: X-Webhook-Hmac              (emulator-waha-hmac-key)
  --mcp                       play a WhatsApp MCP server too
  --mcp-token <token>         its bearer token                                (emulator-mcp-token)
  --verify-token <token>      verify the webhook with this token at start, as Meta does when it is configured
  --api-key <key>             bearer key that the model API asks for          (any)
  --auto-read <ms>            people read every message so long after it came (when the chat is opened)
  --no-statuses               send no sent/delivered/read webhooks
  --help                      show this
  --version                   show the version

Example
  switchboard-emulator --webhook http://127.0.0.1:3000/webhooks/meta

  Then point your bot at it: Graph URL http://127.0.0.1:4004, model URL http://127.0.0.1:4004/v1
  and open http://127.0.0.1:4004/phone to write as a customer.
`

const FLAGS = {
  port: { type: 'string' },
  host: { type: 'string' },
  webhook: { type: 'string' },
  'app-secret': { type: 'string' },
  'access-token': { type: 'string' },
  'phone-number-id': { type: 'string' },
  'verify-token': { type: 'string' },
  whapi: { type: 'boolean' },
  'whapi-webhook': { type: 'string' },
  'whapi-token': { type: 'string' },
  waha: { type: 'boolean' },
  'waha-webhook': { type: 'string' },
  'waha-key': { type: 'string' },
  'waha-engine': { type: 'string' },
  'waha-hmac-key': { type: 'string' },
  mcp: { type: 'boolean' },
  'mcp-token': { type: 'string' },
  'api-key': { type: 'string' },
  'auto-read': { type: 'string' },
  'no-statuses': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

/** Reads the command line. Throws with a message for the user when it cannot be understood. */
export function readCommandLine(args: readonly string[]): CliOptions | 'help' | 'version' {
  const { values } = parseArgs({ args: [...args], options: FLAGS, allowPositionals: false })
  if (values.help) return 'help'
  if (values.version) return 'version'
  const readMs = numberOf('--auto-read', values['auto-read'])
  const apiKey = values['api-key']
  const verifyToken = values['verify-token']
  if (verifyToken !== undefined && values.webhook === undefined)
    throw new Error('--verify-token verifies a webhook: say which with --webhook <url>.')
  return Object.fromEntries(
    Object.entries({
      port: numberOf('--port', values.port) ?? 4004,
      host: values.host,
      webhook: values.webhook,
      appSecret: values['app-secret'],
      accessToken: values['access-token'],
      phoneNumberId: values['phone-number-id'],
      whapi: given(values.whapi, { webhook: values['whapi-webhook'], token: values['whapi-token'] }),
      waha: given(values.waha, {
        webhook: values['waha-webhook'],
        apiKey: values['waha-key'],
        engine: values['waha-engine'],
        hmacKey: values['waha-hmac-key'],
      }),
      mcp: given(values.mcp, { token: values['mcp-token'] }),
      verifyToken,
      verify: verifyToken !== undefined,
      model: apiKey === undefined ? undefined : { apiKey },
      statuses: values['no-statuses'] ? false : readMs === undefined ? undefined : { readMs },
    }).filter(([, value]) => value !== undefined),
  ) as unknown as CliOptions
}

/** The options of a provider, once it is asked for or one of them is given. */
function given(asked: boolean | undefined, options: Record<string, string | undefined>): object | undefined {
  const chosen = compact(options)
  return asked || Object.keys(chosen).length > 0 ? chosen : undefined
}

function numberOf(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d+$/.test(value)) throw new Error(`${flag} must be a whole number, not "${value}".`)
  return Number(value)
}
