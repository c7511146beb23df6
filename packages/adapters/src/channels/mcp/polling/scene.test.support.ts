import type { ChannelEvent, InboundMessage, OutboundMessage } from '@switchboard/core'
import { onTestFinished } from 'vitest'
import { type McpChannel, type McpChannelOptions, mcpChannel } from '../index.js'
import { makePhone } from '../phone.test.support.js'
import { startModern } from '../servers.test.support.js'

export const chat = '15550001234@s.whatsapp.net'
export const minute = 60_000

/** A phone, a server in front of it, a clock, and channels that come and go as processes do. */
export async function makeScene(options: Partial<McpChannelOptions> = {}) {
  const phone = makePhone()
  const server = await startModern(phone)
  onTestFinished(() => server.close())
  let time = Date.UTC(2026, 8, 10, 12)
  phone.setClock(() => time)
  let sends = 0

  function start(more: Partial<McpChannelOptions> = {}): McpChannel {
    const channel = mcpChannel({
      url: server.url,
      now: () => time,
      overlapMs: 10 * minute,
      ...options,
      ...more,
    })
    onTestFinished(() => channel.close())
    return channel
  }

  return {
    phone,
    server,
    start,
    now: () => time,
    pass(ms: number) {
      time += ms
    },
    arrives: (text: string, from = chat, at = time) => phone.add(from, text, at),
    typed: (text: string, to = chat, at = time) => phone.add(to, text, at, true),
    outbound(text: string, to = '+15550001234'): OutboundMessage {
      sends += 1
      const peer = { kind: 'phone', value: to } as const
      return {
        id: `out-${sends}`,
        channel: 'mcp',
        account: 'default',
        to: peer,
        content: { type: 'text', text },
      }
    },
    /** How often the messages of a chat were asked for. */
    looks: () => phone.calls.filter(({ tool }) => tool === 'get_messages').length,
  }
}

export async function poll(channel: McpChannel, cursor?: string) {
  if (!channel.poll) throw new Error('the channel does not poll')
  return channel.poll(cursor)
}

export function messagesIn(events: readonly ChannelEvent[]): InboundMessage[] {
  return events.filter(event => event.type === 'message')
}

/** What was said, with whose it is and whether it is old. */
export function said(events: readonly ChannelEvent[]): string[] {
  return events.map(event => {
    if (event.type === 'status') return `status ${event.status} ${event.outboundId}`
    if (event.type === 'notice') return `notice ${event.kind}`
    if (event.type !== 'message') return event.type
    const text = event.content.type === 'text' ? event.content.text : event.content.type
    return `${event.author}${event.history ? ' (history)' : ''}: ${text}`
  })
}
