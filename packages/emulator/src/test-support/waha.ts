import type { Emulator } from '../emulator.js'
import { isObject, type JsonObject } from '../json.js'
import type { EmulatorOptions, WahaOptions } from '../options.js'
import { type AnswerHook, startBoth } from './bot.js'
import { type JsonAnswer, requestJson } from './request.js'

/** An emulator with a WAHA session, and a server that takes its webhooks; statuses are off unless asked for. */
export async function startWaha(waha: WahaOptions = {}, options: EmulatorOptions = {}, answer?: AnswerHook) {
  const both = await startBoth(webhook => ({ waha: { webhook, ...waha }, ...options }), answer)
  return {
    ...both,
    /** The payloads of an event. */
    payloads: (event: string): JsonObject[] =>
      both.bot.hooks.flatMap(({ body }) =>
        body.event === event && isObject(body.payload) ? [body.payload] : [],
      ),
  }
}

/** A request as WAHA's clients make it. */
export function waha(
  { waha: { url, apiKey } }: Emulator,
  method: string,
  path: string,
  body?: unknown,
  key = apiKey,
): Promise<JsonAnswer> {
  return requestJson(url + path, { method, body, headers: { 'x-api-key': key } })
}

/** Sends something to Alex, unless told otherwise. */
export function sendWaha(emulator: Emulator, kind: string, body: JsonObject): Promise<JsonAnswer> {
  const address = { session: emulator.waha.session, chatId: '15550001234@c.us' }
  return waha(emulator, 'POST', `/api/${kind}`, { ...address, ...body })
}
