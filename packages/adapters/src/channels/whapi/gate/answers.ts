import type { ChannelHealth, SendResult } from '@switchboard/core'
import { ChannelError } from '@switchboard/core'
import { outcomeUnknown, refused } from '../../../http/index.js'
import { asFields, asId, asList, asWords } from '../../../values.js'
import { whapi } from './errors.js'

/**
 * What `{ sent, message }` says.
 *
 * @throws {ChannelError} `channel_refused` for `sent: false`, `channel_unknown` for what says nothing
 */
export function readSent(content: unknown): SendResult {
  const answer = asFields(content)
  if (answer?.sent === false) throw refused('Whapi did not send it and gave no reason.', 'message')
  const providerId = asId(asFields(answer?.message)?.id)
  if (providerId !== undefined) return { providerId }
  if (answer?.sent === true) return {}
  throw outcomeUnknown(whapi, 'Whapi answered neither that it was sent nor that it was not')
}

/** @throws {ChannelError} `channel_refused` unless the answer is `{ success: true }` */
export function checkSuccess(content: unknown): void {
  const success = asFields(content)?.success
  if (success === true) return
  if (success === false) throw refused('Whapi did not do it and gave no reason.', 'message')
  throw unreadable()
}

/** `{ media: [{ id }] }`. */
export function readMediaId(content: unknown): string {
  const id = asId(asFields(asList(asFields(content)?.media)?.[0])?.id)
  if (id === undefined) throw unreadable()
  return id
}

/** Messages pass when `status.text` is `AUTH`; the codes beside it are not documented. */
export function readHealth(content: unknown): ChannelHealth {
  const state = asWords(asFields(asFields(content)?.status)?.text)
  if (state === undefined) throw unreadable()
  return { ok: state === 'AUTH', state }
}

/** A success that is none, of a request that may be repeated: a page of something in front of the API, perhaps. */
export function unreadable(): ChannelError {
  const message = 'Whapi answered something that cannot be read: check apiUrl, or try again.'
  return new ChannelError('channel_refused', message, { retryable: true })
}
