import type { ProviderCall } from '../api/call.js'
import { asString, compact, isObject, type JsonObject } from '../json.js'
import type { SentMessage } from '../ledger.js'
import type { BusinessNumber } from '../options.js'
import type { World } from '../world.js'
import { objectAt, textAt } from './check.js'
import { CONTENT_CHECKS } from './content.js'
import { invalid, missing, unusable } from './graph-error.js'
import { type Recipient, readRecipient } from './recipient.js'
import { announce } from './webhooks/statuses.js'

interface Draft {
  readonly recipient: Recipient
  readonly type: string
  readonly text: string | undefined
  readonly quotedId: string | undefined
  readonly opaque: string | undefined
  readonly body: JsonObject
}

/** `POST /{version}/{phone number id}/messages` with a message. Throws a GraphError when Meta would refuse it. */
export function readSend(world: World, number: BusinessNumber, body: JsonObject): ProviderCall {
  const draft = readDraft(world, number, body)
  const { recipient, type, text } = draft
  return compact({
    operation: 'message' as const,
    via: [number.phoneNumberId, 'meta'],
    to: recipient.person?.phone && recipient.by === 'phone' ? recipient.person.phone : recipient.input,
    type,
    text,
    body,
    perform: async (sequence: number, fate: Parameters<ProviderCall['perform']>[1]) => {
      const sent = accept(world, number, draft, sequence)
      await announce(world, number, sent, recipient, fate)
      return { status: 200, body: response(draft, sent.wamid) }
    },
  })
}

function readDraft(world: World, number: BusinessNumber, body: JsonObject): Draft {
  const type = body.type ?? 'text'
  const check = typeof type === 'string' ? CONTENT_CHECKS[type] : undefined
  if (typeof type !== 'string' || !check) {
    const types = Object.keys(CONTENT_CHECKS).map(each => `"${each.toUpperCase()}"`)
    throw invalid(`Param type must be one of {${types.join(', ')}} - got "${String(type)}".`)
  }
  const recipient = readRecipient(world, number, body)
  if (body[type] === undefined) throw missing(type)
  const knownMessage = (id: string, param: string): void => requireKnown(world, id, param)
  const text = check(body[type], { media: world.media, knownMessage })
  const opaque = body.biz_opaque_callback_data
  if (opaque !== undefined && (typeof opaque !== 'string' || opaque.length > 512))
    throw invalid('Param biz_opaque_callback_data must be a string of at most 512 characters.')
  return { recipient, type, text, quotedId: readQuote(world, body, type), opaque, body }
}

function readQuote(world: World, body: JsonObject, type: string): string | undefined {
  if (body.context === undefined) return undefined
  if (type === 'reaction') throw unusable("Param context cannot be used with type 'reaction'.")
  const quotedId = textAt(objectAt(body.context, 'context', ['message_id']), 'message_id', 'context', 128)
  requireKnown(world, quotedId, "context['message_id']")
  return quotedId
}

/** Throws unless the emulator has seen the message, or was told not to be strict about it. */
export function requireKnown(world: World, id: string, param: string): void {
  if (!id.startsWith('wamid.')) throw unusable(`Param ${param} is not a valid message ID.`)
  if (world.settings.strictMessageIds && !world.chats.get(id))
    throw unusable(`Param ${param}: there is no message "${id}".`)
}

function accept(world: World, number: BusinessNumber, draft: Draft, sequence: number): SentMessage {
  const { recipient, type, text, quotedId, opaque, body } = draft
  const sent: SentMessage = compact({
    wamid: world.ids.message(recipient.input),
    to: recipient.input,
    person: recipient.person?.key,
    provider: 'meta' as const,
    phoneNumberId: number.phoneNumberId,
    type,
    text,
    quotedId,
    opaque,
    body,
    acceptedAt: world.now(),
    sequence,
  })
  if (type === 'reaction' && isObject(body.reaction))
    world.chats.react(asString(body.reaction.message_id) ?? '', 'business', text ?? '')
  else
    world.chats.add({
      ...compact({ text, quotedId }),
      id: sent.wamid,
      chat: recipient.chat,
      author: 'business',
      provider: 'meta',
      phoneNumberId: number.phoneNumberId,
      type,
      content: body[type],
      timestamp: sent.acceptedAt,
      tick: 'sent',
    })
  world.ledger.addSent(sent)
  return sent
}

function response({ recipient, type }: Draft, wamid: string): JsonObject {
  const message = {
    id: wamid,
    ...(recipient.by === 'group' && { group_id: recipient.input }),
    ...(type === 'template' && { message_status: 'accepted' }),
  }
  return { messaging_product: 'whatsapp', contacts: [recipient.contact], messages: [message] }
}
