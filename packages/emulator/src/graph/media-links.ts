import type { MediaFile } from '../media-store.js'
import type { World } from '../world.js'

const LIFETIME_SECONDS = 300

/**
 * A download URL of five minutes, as Meta's: `…/whatsapp_business/attachments/?mid=…&ext=…&hash=…`.
 *
 * @param options.origin - The host that was asked: the emulator may be known by other names than the one it listens on.
 */
export function linkOf(
  world: World,
  { id }: MediaFile,
  { source, origin = world.origin() }: { source?: 'webhook'; origin?: string } = {},
): string {
  const expires = String(Math.floor(world.now() / 1000) + LIFETIME_SECONDS)
  const url = new URL('/whatsapp_business/attachments/', origin)
  url.searchParams.set('mid', id)
  if (source) url.searchParams.set('source', source)
  url.searchParams.set('ext', expires)
  url.searchParams.set('hash', world.media.sign(`${id}:${expires}`))
  return url.href
}

/** The file behind such a URL; undefined when the hash is wrong or the time is over. */
export function openLink({ media, now }: World, { searchParams }: URL): MediaFile | undefined {
  const id = searchParams.get('mid') ?? ''
  const expires = searchParams.get('ext') ?? ''
  if (searchParams.get('hash') !== media.sign(`${id}:${expires}`)) return undefined
  return Number(expires) * 1000 < now() ? undefined : media.get(id)
}
