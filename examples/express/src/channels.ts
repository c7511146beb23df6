import { mcpChannel } from '@switchboard/adapters/mcp'
import { metaChannel } from '@switchboard/adapters/meta'
import { wahaChannel } from '@switchboard/adapters/waha'
import { whapiChannel } from '@switchboard/adapters/whapi'
import type { Channel } from '@switchboard/core'
import { type Emulator, startEmulator } from '@switchboard/emulator'
import { isConnected, metaAccounts } from './config/channels.js'
import type { Config } from './config.js'

/** The connections to WhatsApp: those that are configured, else the emulator's. */
export interface Connections extends AsyncDisposable {
  readonly channels: readonly Channel[]
  readonly emulator?: Emulator
}

export async function connectChannels(config: Config): Promise<Connections> {
  if (isConnected(config)) {
    const channels = [connectMeta(config), connectWhapi(config), connectWaha(config), connectMcp(config)]
    return { channels: channels.filter(channel => channel !== undefined), async [Symbol.asyncDispose]() {} }
  }
  const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = config
  const emulator = await startEmulator(defined({ appSecret, verifyToken }))
  const channel = metaChannel({
    ...emulator.account,
    ...defined({ graphVersion: config.WHATSAPP_GRAPH_VERSION }),
    graphUrl: emulator.url,
  })
  return { channels: [channel], emulator, [Symbol.asyncDispose]: () => emulator.close() }
}

function connectMeta(config: Config): Channel | undefined {
  const [first, ...accounts] = metaAccounts(config)
  if (!first) return undefined
  const { WHATSAPP_VERIFY_TOKEN: verifyToken } = config
  const { WHATSAPP_GRAPH_URL: graphUrl, WHATSAPP_GRAPH_VERSION: graphVersion } = config
  return metaChannel({ ...first, accounts, ...defined({ verifyToken, graphUrl, graphVersion }) })
}

function connectWhapi(config: Config): Channel | undefined {
  const { WHAPI_TOKEN: token, WHAPI_API_URL: apiUrl, WHAPI_WEBHOOK_SECRET: webhookSecret } = config
  return token === undefined ? undefined : whapiChannel({ token, ...defined({ apiUrl, webhookSecret }) })
}

function connectWaha(config: Config): Channel | undefined {
  const { WAHA_URL: url, WAHA_API_KEY: apiKey } = config
  const { WAHA_SESSION: session, WAHA_WEBHOOK_HMAC_KEY: hmacKey } = config
  return url === undefined ? undefined : wahaChannel({ url, ...defined({ apiKey, session, hmacKey }) })
}

function connectMcp(config: Config): Channel | undefined {
  const { MCP_SERVER_URL: url, MCP_TOKEN: token } = config
  const { MCP_PROFILE: profile, MCP_POLL_SECONDS: seconds } = config
  const pollMs = seconds === undefined ? undefined : seconds * 1_000
  return url === undefined ? undefined : mcpChannel({ url, ...defined({ token, profile, pollMs }) })
}

/** Options without those that are not set. */
function defined<Options extends object>(options: Options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Options]?: NonNullable<Options[Key]>
  }
}
