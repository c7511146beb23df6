import { metaChannel } from '@switchboard/adapters/meta'
import type { Channel } from '@switchboard/core'
import { type Emulator, startEmulator } from '@switchboard/emulator'
import type { Config } from './config.js'

/** A connection to WhatsApp: Meta's, or the emulator's when no number is configured. */
export interface WhatsApp extends AsyncDisposable {
  readonly channel: Channel
  readonly emulator?: Emulator
}

export async function connectWhatsApp(config: Config): Promise<WhatsApp> {
  const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = config
  const { WHATSAPP_GRAPH_URL: graphUrl, WHATSAPP_GRAPH_VERSION: graphVersion } = config
  if (config.whatsapp) {
    const channel = metaChannel({
      ...config.whatsapp,
      ...(appSecret && { appSecret }),
      ...(verifyToken && { verifyToken }),
      ...(graphUrl && { graphUrl }),
      ...(graphVersion && { graphVersion }),
    })
    return { channel, async [Symbol.asyncDispose]() {} }
  }
  const emulator = await startEmulator({
    ...(appSecret && { appSecret }),
    ...(verifyToken && { verifyToken }),
  })
  const channel = metaChannel({
    ...emulator.account,
    graphUrl: emulator.url,
    ...(graphVersion && { graphVersion }),
  })
  return { channel, emulator, [Symbol.asyncDispose]: () => emulator.close() }
}
