import { recordingsOf } from './recordings.js'

/** Besides webhooks and requests there is `error-codes.json`, a table of codes, and `signature-vectors.json`, signed bodies. */
export const { present, replays, loadText, load, namesIn } = recordingsOf('meta')

export const accessToken = 'replayed-access-credential'
export const phoneNumberId = '106540000000001'
