import type { Emulator } from '../emulator.js'
import { asObjects, isObject, type JsonObject } from '../json.js'
import type { EmulatorOptions, WhapiOptions } from '../options.js'
import { startEmulator } from '../start-emulator.js'
import { startBot } from './bot.js'

/** An emulator with a Whapi channel, and a server that takes its webhooks; statuses are off unless asked for. */
export async function startWhapi(
  whapi: WhapiOptions = {},
  options: EmulatorOptions = {},
  answer?: Parameters<typeof startBot>[0],
) {
  const bot = await startBot(answer)
  const emulator = await startEmulator({
    statuses: false,
    redelivery: { firstMs: 10 },
    whapi: { webhook: bot.url, ...whapi },
    ...options,
  })
  const list = (name: string): JsonObject[] => bot.hooks.flatMap(hook => asObjects(hook.body[name]))
  return {
    bot,
    emulator,
    /** What came in arrays of this name. */
    list,
    async [Symbol.asyncDispose]() {
      await emulator.close()
      await bot[Symbol.asyncDispose]()
    },
  }
}

/** A request as Whapi's clients make it. */
export async function whapi(
  { whapi: { url, token } }: Emulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: JsonObject }> {
  const raw = body instanceof FormData || body instanceof Uint8Array
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && !raw && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: raw ? (body as FormData) : JSON.stringify(body) }),
  })
  const parsed: unknown = await response.json()
  return { status: response.status, headers: response.headers, body: isObject(parsed) ? parsed : {} }
}
