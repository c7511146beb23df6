/** @import { Fault, Message, Place, State } from './types.js' */

/**
 * Calls the control API.
 *
 * @param {string} method
 * @param {string} path Below `/_emulator`.
 * @param {{ json?: unknown, file?: Blob }} [body]
 * @returns {Promise<any>} The answer.
 * @throws {Error} With a message to show.
 */
async function call(method, path, { json, file } = {}) {
  /** @type {RequestInit} */
  const request = { method }
  if (file) Object.assign(request, { body: file, headers: { 'content-type': file.type } })
  else if (json !== undefined)
    Object.assign(request, { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } })
  const response = await fetch(`/_emulator${path}`, request).catch(() => {
    throw new Error('The emulator cannot be reached.')
  })
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(answer.error?.message ?? `The emulator answered ${response.status}.`)
  return answer
}

/** @param {string} key */
const personPath = key => `/people/${encodeURIComponent(key)}`

/** @returns {Promise<State>} */
export const fetchState = () => call('GET', '/state')

/**
 * @param {string} chat
 * @param {{ limit: number, before?: string | undefined }} range
 * @returns {Promise<{ messages: Message[], lastEventId: number }>} Oldest first.
 */
export function fetchMessages(chat, { limit, before }) {
  const query = new URLSearchParams({ limit: String(limit), ...(before !== undefined && { before }) })
  return call('GET', `/chats/${encodeURIComponent(chat)}/messages?${query}`)
}

/**
 * Where the page gets a stored file from.
 *
 * @param {string} id
 */
export const mediaUrl = id => `/_emulator/media/${encodeURIComponent(id)}`

/**
 * @param {Place} place
 * @param {{ text: string } | { message: { type: string, [type: string]: unknown } }} what
 * @param {string} [quote] Id of the message that it replies to.
 */
export const sendMessage = ({ person, group, via }, what, quote) =>
  call('POST', `${personPath(person)}/messages`, { json: { ...what, quote, group, via } })

/**
 * @param {Place} place
 * @param {string} kind image, video, audio, voice, document or sticker.
 * @param {Blob} file
 * @param {{ caption?: string, filename?: string, quote?: string | undefined }} [details]
 */
export function sendMedia({ person, group, via }, kind, file, details = {}) {
  const given = Object.entries({ ...details, group, via }).filter(([, value]) => value)
  const query = new URLSearchParams([['kind', kind], .../** @type {[string, string][]} */ (given)])
  return call('POST', `${personPath(person)}/media?${query}`, { file })
}

/** @type {(place: Place, messageId: string, emoji: string) => Promise<unknown>} */
export const react = ({ person, group, via }, messageId, emoji) =>
  call('POST', `${personPath(person)}/reactions`, { json: { messageId, emoji, group, via } })

/** @type {(place: Place, messageId: string, text: string) => Promise<unknown>} */
export const edit = ({ person, group, via }, messageId, text) =>
  call('POST', `${personPath(person)}/edits`, { json: { messageId, text, group, via } })

/** @type {(place: Place, messageId: string) => Promise<unknown>} */
export const revoke = ({ person, group, via }, messageId) =>
  call('POST', `${personPath(person)}/revokes`, { json: { messageId, group, via } })

/** @type {(place: Place, messageId: string, options: readonly string[]) => Promise<unknown>} */
export const vote = ({ person, group, via }, messageId, options) =>
  call('POST', `${personPath(person)}/votes`, { json: { messageId, options, group, via } })

/** @type {(place: Place) => Promise<unknown>} */
export const markRead = ({ person, group, via }) =>
  call('POST', `${personPath(person)}/read`, { json: { group, via } })

/** @type {(place: Place, text: string, quote: string | undefined) => Promise<unknown>} */
export const echo = ({ person, via }, text, quote) =>
  call('POST', '/echo', { json: { to: person, text, quote, via } })

/**
 * @param {{ name: string, phone?: string | null, username?: string | undefined }} details
 * @returns {Promise<{ person: { key: string } }>}
 */
export const addPerson = details => call('POST', '/people', { json: details })

/** @param {Fault} fault */
export const addFault = fault => call('POST', '/faults', { json: fault })

/** @param {number} id */
export const removeFault = id => call('DELETE', `/faults/${id}`)

export const clearFaults = () => call('DELETE', '/faults')

/** @param {{ webhook?: string, via?: string | undefined, statuses?: false | Record<string, number | string> }} settings */
export const changeSettings = settings => call('PATCH', '/settings', { json: settings })
