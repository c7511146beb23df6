import { ChannelError } from '@switchboard/core'
import { asFields, asId, asList, asWords, type Fields, nestsDeeperThan } from '../../../values.js'
import type { McpConnection } from '../connection/connection.js'
import type { McpSettings } from '../options.js'
import { type Argument, argumentsFor, type McpTool, takes } from '../profiles/arguments.js'
import { chatFields } from '../profiles/fields.js'
import type { McpChatsTool, McpMessagesTool } from '../profiles/profile.js'
import { find } from '../results/paths.js'
import { readProse } from '../results/prose.js'
import type { ToolResult } from '../results/read.js'
import { shortHash } from '../sent.js'
import { readServerTime, toWallClock } from '../time.js'

/** A chat as the server lists it. */
export interface ListedChat {
  readonly id: string
  readonly name: string | undefined
  /** Of its last message, epoch milliseconds. */
  readonly time: number | undefined
  /** Changes with anything the server says about the chat. */
  readonly hash: string
}

export interface ListedRecords {
  readonly records: readonly unknown[]
  /** There is more than the channel was willing to ask for. */
  readonly truncated: boolean
}

const deepest = 500
const defaultPageSize = 50
const mostPages = 20
/** Of chats: after an outage thousands may have news. A poll has 30 seconds for them and for their messages. */
const mostChatPages = 100
const longestListingMs = 8_000
/** Where nothing but the limit tells how much comes, it is doubled this often. */
const mostDoublings = 4
/** How far the server's clock may be behind ours, or ahead. */
const day = 24 * 60 * 60_000

type Tool = McpChatsTool | McpMessagesTool
type Page = Exclude<ToolResult, { kind: 'failure' }>

interface ListRequest {
  readonly tool: Tool
  readonly given: readonly Argument[]
  readonly firstSize: number
  readonly mostPages: number
  read(page: Page): readonly unknown[]
  /** Whether what comes after this page is wanted. */
  goOn(page: readonly unknown[], all: readonly unknown[]): boolean
  readonly signal: AbortSignal | undefined
}

/**
 * Page after page, or with a limit that grows where the tool has no paging, until the answer is shorter than what was asked
 * for. A tool that ignores its paging gives the same page again and ends it.
 */
async function listAll(
  connection: McpConnection,
  settings: McpSettings,
  request: ListRequest,
): Promise<ListedRecords> {
  const { tool: spec, given, firstSize, mostPages, read, goOn, signal } = request
  const found = new Map<string, unknown>()
  let declared: McpTool | undefined
  for (let page = 0, size = firstSize; page < mostPages; page++) {
    const paging = spec.paging
    const answer = await connection.call({
      tool: spec.tool,
      reads: true,
      ...(signal && { signal }),
      arguments: tool => {
        declared = tool
        const skipped = paging?.counts === 'pages' ? page : page * firstSize
        const written = argumentsFor(tool, [
          { name: settings.profile.account, value: settings.account },
          { name: spec.limit, value: size },
          { name: paging?.argument, value: page === 0 ? undefined : skipped },
          ...given,
        ])
        return { ...spec.arguments, ...written }
      },
    })
    // What nests so deeply breaks whoever walks through it, `JSON.stringify` first.
    const records = read(answer).map(record =>
      nestsDeeperThan(record, deepest) ? 'nested too deeply' : record,
    )
    const before = found.size
    for (const record of records) found.set(shortHash(record), record)
    const all = [...found.values()]
    const none = { records: all, truncated: false }
    if (records.length < size || found.size === before || !goOn(records, all)) return none
    if (declared && takes(declared, paging?.argument)) continue
    if (!declared || !takes(declared, spec.limit)) return none
    if (page === mostDoublings) return { records: all, truncated: true }
    size *= 2
  }
  return { records: [...found.values()], truncated: true }
}

/**
 * The chats down to those that the poll knows already: behind the last of them there is nothing new. Chats without a time say
 * nothing about what comes behind them, so only the first `maxChats` are read.
 *
 * @param isKnown whether nothing new can be behind a list that ends with such chats
 */
export async function listChats(
  connection: McpConnection,
  settings: McpSettings,
  spec: McpChatsTool,
  { isKnown, signal }: { isKnown(chat: ListedChat): boolean; signal: AbortSignal | undefined },
): Promise<{ readonly chats: readonly ListedChat[]; readonly truncated: boolean }> {
  const { maxChats, now } = settings
  const began = now()
  const toChat = (record: unknown) => readChat(record, spec, settings)
  const { records, truncated } = await listAll(connection, settings, {
    tool: spec,
    given: [],
    firstSize: spec.paging ? (spec.pageSize ?? defaultPageSize) : maxChats,
    mostPages: mostChatPages,
    read: page => readList(page, spec, text => (isNothing(text) ? [] : undefined)),
    goOn(page, all) {
      const last = page.slice(-defaultPageSize).flatMap(toChat)
      const isTimed = last.some(({ time }) => time !== undefined)
      if (!isTimed) return all.length < maxChats
      return now() - began < longestListingMs && last.some(chat => chat.time !== undefined && !isKnown(chat))
    },
    signal,
  })
  return { chats: records.flatMap(toChat), truncated: truncated || now() - began >= longestListingMs }
}

function readChat(record: unknown, spec: McpChatsTool, { timeZone, now }: McpSettings): ListedChat[] {
  const fields = { ...chatFields, ...spec.fields }
  const id = typeof record === 'string' ? asId(record) : find(record, fields.id, asId)
  if (id === undefined) return []
  const time = find(record, fields.time, value => readServerTime(value, timeZone, now()))
  return [{ id, name: find(record, fields.name, asWords), time, hash: shortHash(record) }]
}

/** The messages of a chat since a time; where the server cannot be asked for a time, its newest ones back to it. */
export function listMessages(
  connection: McpConnection,
  settings: McpSettings,
  spec: McpMessagesTool,
  request: {
    readonly chatId: string
    readonly since: number
    readonly timeOf: (record: unknown) => number | undefined
    readonly most?: number
    readonly signal: AbortSignal | undefined
  },
): Promise<ListedRecords> {
  const { chatId, since, timeOf, most = Number.POSITIVE_INFINITY, signal } = request
  const written = (time: number) => writeTime(time, spec, settings.timeZone)
  return listAll(connection, settings, {
    tool: spec,
    given: [
      { name: spec.chat, value: chatId, needed: true },
      // The whole history is asked for without a time, unless the tool insists on one.
      { name: spec.since?.argument, value: written(Math.max(since, 0)), requiredOnly: since <= 0 },
      { name: spec.until, value: written(settings.now() + day), requiredOnly: true },
    ],
    firstSize: Math.min(spec.pageSize ?? defaultPageSize, most),
    mostPages,
    read: page => readList(page, spec, text => proseOf(text)),
    goOn: (page, all) =>
      all.length < most &&
      (spec.order === 'oldest' || !page.some(record => (timeOf(record) ?? since) < since)),
    signal,
  })
}

function writeTime(time: number, { since }: McpMessagesTool, timeZone: string): string | number {
  switch (since?.format) {
    case 'local':
      return toWallClock(time, timeZone)
    case 'seconds':
      return Math.floor(time / 1000)
    case 'milliseconds':
      return time
    default:
      return `${toWallClock(time, 'UTC')}Z`
  }
}

function proseOf(text: string): readonly Fields[] | undefined {
  const messages = readProse(text)
  return messages.length > 0 || isNothing(text) ? messages : undefined
}

/** What servers say for an empty list. */
function isNothing(text: string): boolean {
  return (
    text.trim() === '' ||
    /^no \w+( \w+)* (found|available|yet)|^no (messages|chats|results)\b/i.test(text.trim())
  )
}

function readList(
  page: Page,
  { tool, list }: Tool,
  readText: (text: string) => readonly unknown[] | undefined,
): readonly unknown[] {
  const records = page.kind === 'prose' ? readText(page.text) : readData(page.data, list)
  if (records) return records
  const message = `The tool ${tool} answered with something that is no list: name the place of the list in the profile.`
  throw new ChannelError('channel_refused', message, { scope: 'account', retryable: true })
}

function readData(data: unknown, list: readonly string[] | undefined): readonly unknown[] | undefined {
  const named = list && find(data, list, asList)
  if (named) return named
  if (Array.isArray(data)) return data
  const fields = asFields(data)
  if (!fields) return undefined
  const inside =
    Object.values(fields).find(Array.isArray) ??
    Object.values(asFields(fields.data) ?? {}).find(Array.isArray)
  if (inside) return inside
  // The Python SDK gives a list of one as that one.
  return 'id' in fields || 'jid' in fields || 'timestamp' in fields ? [fields] : undefined
}
