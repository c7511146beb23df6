import type { Emulator } from '../emulator.js'
import { asObjects, type JsonObject } from '../json.js'
import type { EmulatorOptions, WhapiOptions } from '../options.js'
import { type AnswerHook, startBoth } from './bot.js'
import { type JsonAnswer, requestJson } from './request.js'

/** An emulator with a Whapi channel, and a server that takes its webhooks; statuses are off unless asked for. */
export async function startWhapi(
  whapi: WhapiOptions = {},
  options: EmulatorOptions = {},
  answer?: AnswerHook,
) {
  const both = await startBoth(webhook => ({ whapi: { webhook, ...whapi }, ...options }), answer)
  return {
    ...both,
    /** What came in arrays of this name. */
    list: (name: string): JsonObject[] => both.bot.hooks.flatMap(hook => asObjects(hook.body[name])),
  }
}

/** A request as Whapi's clients make it. */
export function whapi(
  { whapi: { url, token } }: Emulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<JsonAnswer> {
  return requestJson(url + path, { method, body, headers: { authorization: `Bearer ${token}`, ...headers } })
}
