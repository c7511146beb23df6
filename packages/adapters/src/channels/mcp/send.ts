import {
  type CallOptions,
  ChannelError,
  contentText,
  type OutboundMessage,
  type SendResult,
} from '@switchboard/core'
import { outcomeUnknown, refused, secretsOf } from '../../http/index.js'
import { asFields, asId, asWords } from '../../values.js'
import { addressOf, keyOf } from './addresses.js'
import type { McpConnection } from './connection/connection.js'
import { mcp } from './connection/failures.js'
import type { McpSettings } from './options.js'
import { type Argument, argumentsFor } from './profiles/arguments.js'
import { sentId } from './profiles/fields.js'
import type { McpProfile } from './profiles/profile.js'
import { find } from './results/paths.js'
import type { ToolResult } from './results/read.js'
import type { SentMessages } from './sent.js'

/** @throws {ChannelError} see `Channel.send` */
export async function sendMessage(
  message: OutboundMessage,
  { settings, connection, sent }: { settings: McpSettings; connection: McpConnection; sent: SentMessages },
  options?: CallOptions,
): Promise<SendResult> {
  const { profile, now } = settings
  const { tool, given, fixed } = callFor(message, profile)
  const text = contentText(message.content) ?? ''
  const entry = sent.add(keyOf(message.to), text, now(), message.id)
  try {
    const answer = await connection.call({
      ...options,
      tool,
      reads: false,
      secrets: secretsOf(message),
      arguments: declared => ({
        ...fixed,
        ...argumentsFor(declared, [{ name: profile.account, value: message.account }, ...given]),
      }),
    })
    const providerId = readSent(tool, answer, profile)
    if (providerId === undefined) return {}
    entry.answeredId = providerId
    return { providerId }
  } catch (error) {
    if (error instanceof ChannelError && error.code === 'channel_refused') sent.remove(entry)
    throw error
  }
}

interface SendCall {
  readonly tool: string
  readonly given: readonly Argument[]
  readonly fixed: Readonly<Record<string, unknown>> | undefined
}

function callFor({ id, to, content, quotedId }: OutboundMessage, profile: McpProfile): SendCall {
  const { send, media } = profile
  const address = addressOf(to, profile)
  if (content.type === 'text') {
    const given = [
      { name: send.to, value: address, needed: true },
      { name: send.text, value: content.text, needed: true },
      { name: send.quote, value: quotedId },
      { name: send.idempotencyKey, value: id, declaredOnly: typeof send.idempotencyKey !== 'string' },
    ]
    return { tool: send.tool, given, fixed: send.arguments }
  }
  if ('media' in content && media) {
    const { url } = content.media
    if (url === undefined || url.startsWith('data:')) {
      throw refused('The tools of MCP servers take files by their address alone: give media.url.', 'message')
    }
    const given = [
      { name: media.to, value: address, needed: true },
      { name: media.url, value: url, needed: true },
      { name: media.caption, value: content.caption },
    ]
    return { tool: media.tool, given, fixed: media.arguments }
  }
  const can = media ? 'text and files' : 'text'
  throw refused(
    `The MCP channel cannot send ${content.type} with the profile ${profile.name}: send ${can}.`,
    'message',
  )
}

const saysSent = /\b(sent|success(ful(ly)?)?|queued|delivered|accepted)\b/i
const saysNot =
  /\b(not|no|never|none|0|unable|fail\w*|error|cannot|invalid|false|reject\w*|refus\w*|denied|blocked)\b|n't\b/i

/** The message's id, if the server gives one. An answer that does not say that the message was sent says nothing. */
function readSent(
  tool: string,
  answer: Exclude<ToolResult, { kind: 'failure' }>,
  { send }: McpProfile,
): string | undefined {
  if (answer.kind === 'prose') {
    if (saysSent.test(answer.text) && !saysNot.test(answer.text)) return undefined
    throw outcomeUnknown(
      mcp,
      `The tool ${tool} answered in words that do not say whether it sent the message`,
    )
  }
  const id = find(answer.data, send.id ?? sentId, asId)
  const fields = asFields(answer.data)
  const said = [fields?.success, fields?.sent, fields?.ok].includes(true)
  const status = asWords(fields?.status)
  const failed = (status !== undefined && saysNot.test(status)) || tells(fields?.error)
  // Some servers name what they failed to send.
  if (id !== undefined && (said || !failed)) return id
  if (said || (status !== undefined && saysSent.test(status) && !failed)) return undefined
  throw outcomeUnknown(mcp, `The tool ${tool} answered without saying whether it sent the message`)
}

/** Whether an `error` is one: some servers always have the field. */
function tells(error: unknown): boolean {
  return (
    asFields(error) !== undefined ||
    (asWords(error) !== undefined && !/^(none|null|no)$/i.test(String(error)))
  )
}
