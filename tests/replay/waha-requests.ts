import { type WahaChannel, type WahaChannelOptions, wahaChannel } from '@switchboard/adapters/waha'
import type { ChannelEvent, OutboundContent, OutboundFile, Peer } from '@switchboard/core'

export type Json = Record<string, unknown>

/** The recordings happen in September 2026. WEBJS takes no ids of ours. */
export const options = {
  url: 'http://localhost:3000',
  apiKey: 'replayed-waha-key',
  engine: 'WEBJS',
  now: () => 1_789_100_000_000,
} satisfies WahaChannelOptions

const account = 'default'

/** Asks for what a recorded request is the translation of. */
export async function perform(
  name: string,
  { path, body }: { readonly path: string; readonly body: Json | null },
  url: string,
): Promise<unknown> {
  const engine = name === 'sendText_idempotent.json' ? 'GOWS' : options.engine
  const channel = wahaChannel({ ...options, url, engine })
  const to = peerOf(String(body?.chatId ?? '15550001234@c.us'))
  switch (path.split('?')[0]) {
    case '/api/sendSeen': {
      const [id] = (body?.messageIds ?? []) as string[]
      return channel.markRead({ account, to, providerId: stanzaOf(id) })
    }
    case '/api/startTyping':
      return channel.startTyping({ account, to, providerId: 'any' })
    case '/api/sessions/default':
      return channel.health()
    case '/api/default/lids/100000000000017':
      return channel.lookUp({ kind: 'lid', value: '100000000000017@lid' })
    case '/api/files/default/GONE.jpeg':
      return channel.download({ url: 'http://waha.internal:3000/api/files/default/GONE.jpeg' })
    case '/api/default/chats/15550001234%40c.us/messages':
      return history(channel, Number(new URL(path, url).searchParams.get('filter.timestamp.gte')) * 1000)
  }
  const quoted = body?.reply_to
  return channel.send({
    id: 'outbound-1',
    channel: 'waha',
    account,
    to,
    content: contentOf(path, body ?? {}),
    ...(quoted !== undefined && { quotedId: stanzaOf(quoted) }),
  })
}

async function history(channel: WahaChannel, since: number): Promise<ChannelEvent[]> {
  const events: ChannelEvent[] = []
  for await (const event of channel.history({ account, peer: peerOf('15550001234@c.us') }, { since })) {
    events.push(event)
  }
  return events
}

function stanzaOf(id: unknown): string {
  return String(id).split('_')[2] ?? ''
}

function peerOf(chatId: string): Peer {
  const [user = '', server] = chatId.split('@')
  return server === 'c.us' ? { kind: 'phone', value: `+${user}` } : { kind: 'lid', value: chatId }
}

/** What an application would have to ask for, so that a recorded body leaves. Knows no kind that is not recorded. */
function contentOf(path: string, body: Json): OutboundContent {
  const { caption } = body as { caption?: string }
  const words = caption === undefined ? {} : { caption }
  switch (path) {
    case '/api/sendText': {
      const linkPreview = body.linkPreview === undefined ? {} : { linkPreview: body.linkPreview === true }
      return { type: 'text', text: String(body.text), ...linkPreview }
    }
    case '/api/sendImage':
      return { type: 'image', media: fileOf(body), ...words }
    case '/api/sendFile':
      return { type: 'document', media: fileOf(body), ...words }
    case '/api/sendVideo':
      return { type: 'video', media: fileOf(body), ...words }
    case '/api/sendVoice':
      return { type: 'voice', media: fileOf(body) }
    case '/api/sendLocation': {
      const { latitude, longitude, title } = body as { latitude: number; longitude: number; title: string }
      return { type: 'location', latitude, longitude, name: title }
    }
    case '/api/sendContactVcard': {
      const contacts = body.contacts as { fullName: string; phoneNumber: string }[]
      return {
        type: 'contacts',
        contacts: contacts.map(({ fullName, phoneNumber }) => ({ name: fullName, phones: [phoneNumber] })),
      }
    }
    case '/api/sendPoll': {
      const { name, options: choices } = body.poll as { name: string; options: string[] }
      return { type: 'poll', question: name, options: choices }
    }
    case '/api/reaction':
      return { type: 'reaction', targetId: stanzaOf(body.messageId), emoji: String(body.reaction) }
    default:
      throw new Error(`recorded, but of an unknown kind: ${path}`)
  }
}

function fileOf(body: Json): OutboundFile {
  const { mimetype, url, data, filename } = body.file as Record<string, string>
  return {
    url: url ?? `data:${mimetype};base64,${data}`,
    ...(mimetype !== undefined && { mimeType: mimetype }),
    ...(filename !== undefined && { filename }),
  }
}
