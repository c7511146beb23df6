import { createHash } from 'node:crypto'
import { asFields, asFlag, asId, type Draft } from '../../values.js'

/**
 * What an id of WAHA says. Its full form is `{fromMe}_{chat}_{stanza}[_{participant}]`.
 *
 * The provider id of messages is the **stanza** alone: WhatsApp's own id, under which every engine means the same message.
 * Revocations, edits and quotes name nothing else; receipts of GOWS turn `fromMe` around; the same chat comes as `@lid` and
 * as `@c.us`, and GOWS has reported one message under both.
 */
export interface MessageKey {
  readonly stanza: string
  readonly fromMe?: boolean
  /** As it stands in the id: `15550001234@c.us`. */
  readonly chat?: string
  /** The member of a group who wrote it. Behind receipts the one who got it. */
  readonly participant?: string
}

const fullForm = /^(true|false)_([^_@]+@[^_]+)_(.+?)(?:_([^_@]+@[^_]+))?$/s

/** Reads an id in full or bare, or the object that some engines give in its place. */
export function readKey(value: unknown): MessageKey | undefined {
  const fields = asFields(value)
  if (fields) return readKeyFields(fields)
  const id = asId(value)
  if (id === undefined) return undefined
  const [, fromMe, chat, stanza, participant] = fullForm.exec(id) ?? []
  if (chat === undefined || stanza === undefined) return { stanza: id }
  const key: Draft<MessageKey> = { stanza, fromMe: fromMe === 'true', chat }
  if (participant !== undefined) key.participant = participant
  return key
}

/** WEBJS: `{ id, remote, fromMe, _serialized }`. WPP and NOWEB: `{ id, remoteJid, fromMe, participant }`. */
function readKeyFields(fields: Readonly<Record<string, unknown>>): MessageKey | undefined {
  const serialized = asId(fields._serialized)
  if (serialized !== undefined) return readKey(serialized)
  const inner = asId(fields.id)
  if (inner === undefined) return undefined
  const key: Draft<MessageKey> = { ...readKey(inner), stanza: readKey(inner)?.stanza ?? inner }
  const chat = asId(asFields(fields.remote)?._serialized) ?? asId(fields.remote) ?? asId(fields.remoteJid)
  if (key.chat === undefined && chat !== undefined) key.chat = chat
  const fromMe = asFlag(fields.fromMe)
  if (key.fromMe === undefined && fromMe !== undefined) key.fromMe = fromMe
  const participant = asId(fields.participant)
  if (key.participant === undefined && participant !== undefined) key.participant = participant
  return key
}

const hashDigits = 14
const checkDigits = 4
const clientForm = /^3EB0[0-9A-F]{18}$/

/**
 * The id that a message of ours gets, where the engine takes one: the same for every attempt. It looks like those of
 * WhatsApp Web (whatsmeow and Baileys: `3EB0` and 18 hexadecimal digits). Its last four check the others, so any process
 * can tell that an echo is ours. 56 bits of the outbound id: two of a million messages agree once in 140 000 accounts.
 */
export function clientIdOf(outboundId: string): string {
  const digits = digest(outboundId, hashDigits)
  return `3EB0${digits}${digest(`client-id:${digits}`, checkDigits)}`
}

/** Whether `clientIdOf` made it. Of other ids of WhatsApp Web one in 65 536 looks the same. */
export function isClientId(stanza: string): boolean {
  if (!clientForm.test(stanza)) return false
  const digits = stanza.slice(4, 4 + hashDigits)
  return stanza.slice(4 + hashDigits) === digest(`client-id:${digits}`, checkDigits)
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length).toUpperCase()
}
