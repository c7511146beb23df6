import { sendMedia, sendMessage } from './api.js'

/** @import { Place } from './types.js' */

/** @typedef {'photo' | 'voice' | 'document' | 'location' | 'contact'} SampleKind */

const FILES = {
  photo: { kind: 'image', file: 'sample-photo.jpg' },
  voice: { kind: 'voice', file: 'sample-voice-note.ogg' },
  document: { kind: 'document', file: 'sample-price-list.pdf' },
}

const LOCATION = {
  type: 'location',
  location: { latitude: 52.37403, longitude: 4.88969, name: 'Harbour Bicycles', address: '1 Harbour Street' },
}

const CONTACT = {
  type: 'contacts',
  contacts: [
    {
      name: { formatted_name: 'Noor de Vries', first_name: 'Noor', last_name: 'de Vries' },
      phones: [{ phone: '+1 555 000 7788', type: 'MOBILE' }],
    },
  ],
}

/**
 * Sends something made up, for who has no file or microphone at hand.
 *
 * @param {SampleKind} sample
 * @param {Place} place
 * @param {string} [quote]
 */
export async function sendSample(sample, place, quote) {
  if (sample === 'location') return sendMessage(place, { message: LOCATION }, quote)
  if (sample === 'contact') return sendMessage(place, { message: CONTACT }, quote)
  const { kind, file } = FILES[sample]
  const response = await fetch(`/phone/${file}`)
  if (!response.ok) throw new Error(`The sample is missing (${response.status}).`)
  return sendMedia(place, kind, await response.blob(), {
    quote,
    ...(kind === 'document' && { filename: 'price-list.pdf' }),
  })
}
