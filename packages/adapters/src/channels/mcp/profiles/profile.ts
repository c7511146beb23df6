import type { Paths } from '../results/paths.js'

/**
 * The name of an argument. Of several names the first that the tool's `inputSchema` declares is used: servers of one family
 * differ in this. An optional argument that the schema does not declare is left out.
 */
export type ArgumentName = string | readonly string[]

/** How to ask for more than one answer holds. */
export interface McpPaging {
  readonly argument: ArgumentName
  /** What the argument counts: pages, or items to skip. Both begin with 0. */
  readonly counts: 'pages' | 'items'
}

interface ListTool {
  readonly tool: string
  /** Sent along as they are. */
  readonly arguments?: Readonly<Record<string, unknown>>
  readonly limit?: ArgumentName
  /** The most that the server gives at once. Default 50. */
  readonly pageSize?: number
  /** Without it the channel asks once. */
  readonly paging?: McpPaging
  /** Where the list stands in the answer. Default: the answer itself, or the first list in it. */
  readonly list?: Paths
}

/** The tool that lists chats, those with new messages first. */
export interface McpChatsTool extends ListTool {
  readonly fields?: Partial<McpChatFields>
}

/** The tool that lists the messages of one chat. */
export interface McpMessagesTool extends ListTool {
  readonly chat: ArgumentName
  readonly since?: {
    readonly argument: ArgumentName
    /** `iso`: `2026-09-10T00:00:00Z`; `local`: the same without `Z`, in the channel's `timeZone`. Default `iso`. */
    readonly format?: 'iso' | 'local' | 'seconds' | 'milliseconds'
  }
  /** Takes the end of the time that is asked for, in the format of `since`. Sent only to a tool that requires it: tomorrow. */
  readonly until?: ArgumentName
  /** More messages than asked for come as the newest ones (`newest`) or as the first ones after `since` (`oldest`). */
  readonly order?: 'newest' | 'oldest'
  readonly fields?: Partial<McpMessageFields>
}

/** The tool that sends a text. */
export interface McpSendTool {
  readonly tool: string
  readonly to: ArgumentName
  readonly text: ArgumentName
  /** Takes the provider id of the message to quote. Without it messages are sent without their quote. */
  readonly quote?: ArgumentName
  /** Takes our id of the message, where the server uses it to send the same one once only. */
  readonly idempotencyKey?: ArgumentName
  readonly arguments?: Readonly<Record<string, unknown>>
  /** Where the answer has the provider's id of the message. */
  readonly id?: Paths
}

/** The tool that sends a file by its address. */
export interface McpMediaTool {
  readonly tool: string
  readonly to: ArgumentName
  /** Takes the address, http(s) or the path of a file on the server. */
  readonly url: ArgumentName
  readonly caption?: ArgumentName
  readonly arguments?: Readonly<Record<string, unknown>>
}

/** Where the fields of a chat stand. */
export interface McpChatFields {
  readonly id: Paths
  readonly name: Paths
  /** Of the last message. */
  readonly time: Paths
}

/** Where the fields of a message stand. */
export interface McpMessageFields {
  readonly id: Paths
  readonly fromMe: Paths
  readonly time: Paths
  readonly text: Paths
  readonly sender: Paths
  readonly senderPhone: Paths
  readonly senderName: Paths
  readonly quotedId: Paths
  /** The kind of the message: `image`, `ptt`. */
  readonly type: Paths
  readonly mediaUrl: Paths
  readonly mimeType: Paths
  readonly filename: Paths
  /** Of a reaction: the message that it is about, and the emoji. */
  readonly reactionTo: Paths
  readonly reaction: Paths
}

/** What the tools of one server are called, what they take, and where their answers have what. Data, nothing else. */
export interface McpProfile {
  readonly name: string
  /**
   * How the server writes a person's address: `15550001234@s.whatsapp.net`, `15550001234@c.us`, `15550001234`,
   * `+15550001234`. Groups and other addresses go as they came. Default `jid`.
   */
  readonly address?: 'jid' | 'c.us' | 'digits' | 'phone'
  /** The argument of every tool that names the account. */
  readonly account?: ArgumentName
  /** `chats` and `messages` together; without them the channel only sends. */
  readonly chats?: McpChatsTool
  readonly messages?: McpMessagesTool
  readonly send: McpSendTool
  readonly media?: McpMediaTool
}
