import type {
  Conversation,
  ConversationSummary,
  HandoffChange,
  Message,
  OutboundContent,
  OutboundMessage,
  OutboxItem,
  TurnRecord,
  WindowRefusal,
} from '@switchboard/core'

/** `null`, as JSON has it, in place of every absent field. */
export type Nullable<T> = {
  readonly [Key in keyof T]-?: undefined extends T[Key] ? Exclude<T[Key], undefined> | null : T[Key]
}

/** An object without the fields that are null: the shapes of the ports have them absent instead. */
function withoutNulls<T extends object>(row: Nullable<T>): T {
  const result: Partial<T> = {}
  for (const key in row) {
    if (row[key] !== null) Object.assign(result, { [key]: row[key] })
  }
  return result as T
}

export type ConversationRow = Nullable<Omit<Conversation, 'user'>> & {
  readonly user: Nullable<NonNullable<Conversation['user']>> | null
}

export function toConversation({ user, ...row }: ConversationRow): Conversation {
  return { ...row, ...(user && { user: withoutNulls(user) }) }
}

export interface SummaryRow {
  readonly conversation: ConversationRow
  readonly messageCount: number
  readonly lastMessageAt: number | null
}

export function toSummary({ conversation, messageCount, lastMessageAt }: SummaryRow): ConversationSummary {
  return {
    ...toConversation(conversation),
    messageCount,
    ...(lastMessageAt !== null && { lastMessageAt }),
  }
}

/** What edits, revocations and reactions made of a message. */
interface AmendedRow extends Pick<Message, 'editedAt' | 'revokedAt' | 'reactions'> {
  readonly original?: Pick<MessageRow, 'type' | 'text' | 'content'>
}

type Amended = keyof AmendedRow

export type MessageRow = Nullable<Omit<Message, 'direction' | Amended>> & {
  readonly amended: AmendedRow | null
}

export function toMessage({ amended, ...row }: MessageRow): Message {
  return {
    ...withoutNulls<Omit<Message, 'direction' | 'text' | 'content' | Amended>>(row),
    direction: row.author === 'customer' ? 'inbound' : 'outbound',
    ...toWords(row),
    ...(amended && toAmended(amended)),
  }
}

/** A text that is all of its content has no content in the database. */
function toWords({
  type,
  text,
  content,
}: Pick<MessageRow, 'type' | 'text' | 'content'>): Pick<Message, 'text' | 'content'> {
  const plain = (type === 'text' || type === 'edit') && content === null && text !== null
  return {
    ...(text !== null && { text }),
    ...(content !== null && { content }),
    ...(plain && { content: { type: 'text', text } }),
  }
}

/** The words of a revoked message stay in the database. */
function toAmended({ original, ...amended }: AmendedRow): Pick<Message, Amended> {
  return original && amended.revokedAt === undefined ? { ...amended, original: toWords(original) } : amended
}

export type HandoffChangeRow = Nullable<Omit<HandoffChange, 'conversation'>> & {
  readonly conversation: ConversationRow
}

export function toHandoffChange({ conversation, ...row }: HandoffChangeRow): HandoffChange {
  return {
    ...withoutNulls<Omit<HandoffChange, 'conversation'>>(row),
    conversation: toConversation(conversation),
  }
}

/** Where a message goes to. */
export interface AddressRow {
  readonly channel: string
  readonly account: string
  readonly kind: OutboundMessage['to']['kind']
  readonly value: string
  readonly quotedId: string | null
  readonly customerAt: number | null
}

export function toOutboundMessage(
  id: string,
  address: AddressRow,
  content: OutboundContent,
): OutboundMessage {
  const { channel, account, kind, value, quotedId } = address
  return { id, channel, account, to: { kind, value }, content, ...(quotedId !== null && { quotedId }) }
}

/** When the customer wrote last. */
export function toCustomerAt({ customerAt }: AddressRow): Pick<OutboxItem, 'customerAt'> {
  return customerAt === null ? {} : { customerAt }
}

export function toRefusals(rows: readonly WindowRefusal[]): readonly WindowRefusal[] {
  return rows.map(({ messageId, author, status, error }) => ({ messageId, author, status, error }))
}

export type OutboxRow = AddressRow &
  Omit<OutboxItem, 'message' | 'deferrals' | 'customerAt' | 'released' | 'asTemplate'> & {
    readonly text: string | null
    readonly content: OutboundContent | null
    readonly deferrals: number | null
    readonly release: 'forced' | 'template' | null
  }

export function toOutboxItem(row: OutboxRow): OutboxItem {
  const { conversationId, messageId, author, attempt, deferrals, release } = row
  const content = row.content ?? { type: 'text', text: row.text ?? '' }
  return {
    conversationId,
    messageId,
    author,
    attempt,
    ...(deferrals !== null && { deferrals }),
    ...(release === 'forced' && { released: true }),
    ...(release === 'template' && { asTemplate: true }),
    ...toCustomerAt(row),
    message: toOutboundMessage(messageId, row, content),
  }
}

export function toTurnRecord(row: Nullable<TurnRecord>): TurnRecord {
  const { usage, ...rest } = withoutNulls<TurnRecord>(row)
  return { ...rest, ...(usage && { usage }) }
}
