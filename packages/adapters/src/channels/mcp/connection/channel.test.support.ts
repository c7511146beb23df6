import type { OutboundMessage } from '@switchboard/core'
import { onTestFinished } from 'vitest'
import { type McpChannel, type McpChannelOptions, mcpChannel } from '../index.js'

export function text(words: string): OutboundMessage {
  const to = { kind: 'phone', value: '+15550001234' } as const
  return { id: 'out-1', channel: 'mcp', account: 'default', to, content: { type: 'text', text: words } }
}

/** Closed when the test ends. */
export function channelOf(options: McpChannelOptions): McpChannel {
  const channel = mcpChannel(options)
  onTestFinished(() => channel.close())
  return channel
}
