import type { LocationContent } from '@switchboard/core'
import { asNumber, asWords, type Draft, type Fields } from '../values.js'

/**
 * A place as all providers write it: `{ latitude, longitude, name?, address?, url? }`.
 *
 * @param name instead of the place's own
 * @returns `undefined` without coordinates
 */
export function readLocation(
  fields: Fields | undefined,
  name: unknown = fields?.name,
): LocationContent | undefined {
  const latitude = asNumber(fields?.latitude)
  const longitude = asNumber(fields?.longitude)
  if (latitude === undefined || longitude === undefined) return undefined
  const content: Draft<LocationContent> = { type: 'location', latitude, longitude }
  const words = asWords(name)
  if (words !== undefined) content.name = words
  const address = asWords(fields?.address)
  if (address !== undefined) content.address = address
  const url = asWords(fields?.url)
  if (url !== undefined) content.url = url
  return content
}
