import type { Emulator } from '../emulator.js'
import { isObject, type JsonObject } from '../json.js'
import type { EmulatorOptions, WahaOptions } from '../options.js'
import { startEmulator } from '../start-emulator.js'
import { startBot } from './bot.js'

/** An emulator with a WAHA session, and a server that takes its webhooks; statuses are off unless asked for. */
export async function startWaha(
  waha: WahaOptions = {},
  options: EmulatorOptions = {},
  answer?: Parameters<typeof startBot>[0],
) {
  const bot = await startBot(answer)
  const emulator = await startEmulator({
    statuses: false,
    redelivery: { firstMs: 10 },
    waha: { webhook: bot.url, ...waha },
    ...options,
  })
  return {
    bot,
    emulator,
    /** The payloads of an event. */
    payloads: (event: string): JsonObject[] =>
      bot.hooks.flatMap(({ body }) => (body.event === event && isObject(body.payload) ? [body.payload] : [])),
    async [Symbol.asyncDispose]() {
      await emulator.close()
      await bot[Symbol.asyncDispose]()
    },
  }
}

/** A request as WAHA's clients make it. */
export async function waha(
  { waha: { url, apiKey } }: Emulator,
  method: string,
  path: string,
  body?: unknown,
  key = apiKey,
): Promise<{ status: number; headers: Headers; body: JsonObject; list: JsonObject[] }> {
  const response = await fetch(url + path, {
    method,
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const parsed: unknown = await response.json()
  return {
    status: response.status,
    headers: response.headers,
    body: isObject(parsed) ? parsed : {},
    list: Array.isArray(parsed) ? parsed : [],
  }
}

/** Sends something to Alex, unless told otherwise. */
export function sendWaha(emulator: Emulator, kind: string, body: JsonObject) {
  const address = { session: emulator.waha.session, chatId: '15550001234@c.us' }
  return waha(emulator, 'POST', `/api/${kind}`, { ...address, ...body })
}
