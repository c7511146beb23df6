import type { Bot, ConversationSummary, Message, OperatorSend, Target } from '@switchboard/core'
import express, { type Request, Router } from 'express'
import { z } from 'zod'
import { sendProblem } from './problem.js'

const target = z.union(
  [z.object({ phone: z.string().min(1) }), z.object({ conversation: z.string().min(1) })],
  'give `phone` or `conversation`',
)
const operatorMessage = z.object({
  message: z.string().trim().min(1),
  messageId: z.string().min(1).nullish(),
  id: z.string().min(1).max(200).optional(),
})
const page = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: z.coerce.number().int().optional(),
})

/** What operators and their tools do. */
export function apiRoutes(bot: Bot): Router {
  const router = Router()
  router.use(express.json({ limit: '100kb' }))
  // Without it the body stays unread, and the answer would be that fields are missing which are there.
  router.use((request, response, next) => {
    if (request.method !== 'POST' || request.is('application/json')) next()
    else sendProblem(response, 415, 'send JSON, with Content-Type: application/json')
  })

  router.post('/takeover', async (request, response) => {
    const conversation = await bot.takeOver(targetOf(request.body))
    response.json({ status: 'takeover_complete', conversation })
  })

  router.post('/handback', async (request, response) => {
    const conversation = await bot.handBack(targetOf(request.body))
    response.json({ status: 'handback_complete', conversation })
  })

  router.post('/operator-message', async (request, response) => {
    const { message: text, messageId, id } = operatorMessage.parse(request.body ?? {})
    const message = await bot.sendAsOperator(targetOf(request.body), {
      text,
      ...(messageId && { quotedId: messageId }),
      ...(id !== undefined && { id }),
    })
    const refused = piecesOf(message).find(({ status }) => status === 'failed')
    if (refused) sendProblem(response, 502, 'the provider refused the message', refused.error)
    else response.json(presentSend(message))
  })

  router.get('/conversations', async (request, response) => {
    const conversations = await bot.conversations(pageOf(request))
    response.json({ conversations: conversations.map(presentConversation) })
  })

  router.get('/messages', async (request, response) => {
    const messages = await bot.messages(targetOf(request.query), pageOf(request))
    response.json({ messages: messages.map(presentMessage) })
  })

  router.use((_request, response) => sendProblem(response, 404, 'there is no such route'))
  return router
}

function targetOf(source: unknown): Target {
  return target.parse(source ?? {})
}

function pageOf(request: Request) {
  const { limit, before } = page.parse(request.query)
  return before === undefined ? { limit } : { limit, before }
}

function piecesOf(message: OperatorSend): readonly Message[] {
  return message.pieces ?? [message]
}

/** One that became several is sent when all of them are; `pieces` has each of them then. */
function presentSend(message: OperatorSend) {
  const waiting = piecesOf(message).find(({ providerId }) => providerId === undefined)
  const pieces = message.pieces?.map(({ id, providerId, status }) => ({
    id,
    message_id: providerId ?? null,
    status,
  }))
  return {
    status: waiting ? 'pending' : 'success',
    message: waiting ? `Message is ${waiting.status}` : 'Message sent',
    message_id: message.providerId ?? null,
    id: message.id,
    ...(pieces && { pieces }),
  }
}

function presentConversation({ user, ...conversation }: ConversationSummary) {
  const { id: userId = null, phone = null, name = null } = user ?? {}
  return { ...conversation, userId, phone, name }
}

/** A message as the API shows it; times are ISO 8601, `before` of the next page is `position`. */
function presentMessage(message: Message) {
  return {
    id: message.id,
    conversation: message.conversationId,
    position: message.position,
    providerId: message.providerId ?? null,
    direction: message.direction,
    author: message.author,
    type: message.type,
    text: message.text ?? null,
    quotedId: message.quotedId ?? null,
    status: message.status ?? null,
    error: message.error ?? null,
    sentAt: iso(message.sentAt),
    receivedAt: iso(message.receivedAt),
    deliveredAt: iso(message.deliveredAt),
    readAt: iso(message.readAt),
  }
}

function iso(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString()
}
