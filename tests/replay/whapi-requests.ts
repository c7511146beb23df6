import { type WhapiChannel, whapiChannel } from '@switchboard/adapters/whapi'
import type { ChannelEvent, OutboundContent, Peer } from '@switchboard/core'

export type Json = Record<string, unknown>

const account = 'FICTNL-A1B2C'

/** The recordings happen in September 2026. */
export const options = { account, token: 'replayed-channel-credential', now: () => 1_789_100_000_000 }

/** What is uploaded, and comes back. */
export const file = 'the bytes of a file'

/** Asks for what a recorded request is the translation of. */
export async function perform(
  name: string,
  { path, body }: { readonly path: string; readonly body: Json | null },
  apiUrl: string,
): Promise<unknown> {
  const { typing_time, recording_time, delay } = (body ?? {}) as Record<string, number | undefined>
  const typingTime = typing_time ?? recording_time
  const channel = whapiChannel({
    ...options,
    apiUrl,
    ...(typingTime !== undefined && { typingTime }),
    ...(delay !== undefined && { typingSeconds: delay }),
  })
  const [, room = '', id = ''] = path.split(/[/?]/)
  switch (name) {
    case 'media_download.json':
      return channel.download({ id })
    case 'media_upload.json':
      return channel.upload({ bytes: Buffer.from(file), mimeType: 'image/jpeg' })
    case 'health.json':
      return channel.health()
    case 'typing.json':
      return channel.startTyping({ account, to: peerOf(id), providerId: 'any' })
    case 'mark_read.json':
      return channel.markRead({ account, to: peerOf('15550001234'), providerId: id })
    case 'get_messages.json':
      return history(channel, new URL(path, apiUrl))
  }
  if (room !== 'messages') throw new Error(`recorded, but of an unknown kind: ${path}`)
  const { quoted, to } = body ?? {}
  return channel.send({
    id: 'outbound-1',
    channel: 'whapi',
    account,
    to: peerOf(String(to ?? '15550001234')),
    content: contentOf(path, body ?? {}),
    ...(quoted !== undefined && { quotedId: String(quoted) }),
  })
}

async function history(channel: WhapiChannel, url: URL): Promise<ChannelEvent[]> {
  const events: ChannelEvent[] = []
  const since = Number(url.searchParams.get('time_from')) * 1000
  const peer = peerOf(url.pathname.split('/').at(-1) ?? '')
  for await (const event of channel.history({ account, peer }, { since })) events.push(event)
  return events
}

/** Digits are a phone, what has an `@` an address of WhatsApp Web. */
function peerOf(to: string): Peer {
  return to.includes('@') ? { kind: 'jid', value: to } : { kind: 'phone', value: `+${to}` }
}

/** What an application would have to ask for, so that a recorded body leaves. Knows no kind that is not recorded. */
function contentOf(path: string, body: Json): OutboundContent {
  const [, , kind = '', what] = path.split('/')
  if (what === 'reaction') {
    const emoji = body.emoji === undefined ? {} : { emoji: String(body.emoji) }
    return { type: 'reaction', targetId: kind, ...emoji }
  }
  switch (kind) {
    case 'text':
      return { type: 'text', text: String(body.body), linkPreview: body.no_link_preview !== true }
    case 'image':
    case 'voice':
    case 'document': {
      const { media, mime_type, filename, caption } = body as Record<string, string | undefined>
      return {
        type: kind,
        media: {
          ...(media !== undefined && { url: media }),
          ...(mime_type !== undefined && { mimeType: mime_type }),
          ...(filename !== undefined && { filename }),
        },
        ...(caption !== undefined && { caption }),
      }
    }
    case 'location': {
      const { latitude, longitude, name } = body as { latitude: number; longitude: number; name: string }
      return { type: 'location', latitude, longitude, name }
    }
    case 'contact':
      return { type: 'contacts', contacts: [{ name: String(body.name), phones: [] }] }
    case 'poll': {
      const { title, options, count } = body as { title: string; options: string[]; count: number }
      return { type: 'poll', question: title, options, choices: count }
    }
    case 'interactive': {
      const { buttons } = body.action as { buttons: { id: string; title: string }[] }
      const { text } = body.body as { text: string }
      return { type: 'buttons', text, buttons: buttons.map(({ id, title }) => ({ id, title })) }
    }
    default:
      throw new Error(`recorded, but of an unknown kind: ${path}`)
  }
}
