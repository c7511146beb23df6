import type { ChannelEvent, Received, WebhookRequest } from '@switchboard/core'
import { asFields, asId, asWords, type Fields } from '../../../values.js'
import { accepted, problem, refuse } from '../../../webhook/answers.js'
import { parseBody } from '../../../webhook/body.js'
import { isHmac, isSameToken } from '../../../webhook/secrets.js'
import { readTime } from '../../../webhook/time.js'
import { readMe } from '../addresses.js'
import type { ChannelMemory } from '../memory.js'
import { addAck } from './ack.js'
import { addGroupNews } from './group.js'
import { addEdit, addMessage, addReaction, addRevocation, addVote } from './message.js'
import { rawOf } from './raw.js'
import { addNotice, type Report } from './report.js'

export interface ReceiveSettings {
  readonly name: string
  readonly session: string
  readonly hmacKey: string | undefined
  readonly secretHeader: { readonly name: string; readonly value: string } | undefined
  readonly otherTools: boolean
  readonly memory: ChannelMemory
  now(): number
}

/**
 * One webhook, one event. It waits only with a message of our own account while a send of this process is under way: the
 * answer of the send tells whose it is.
 */
export function receiveWebhook(
  request: WebhookRequest,
  settings: ReceiveSettings,
): Received | Promise<Received> {
  if (request.method !== 'POST') {
    return { events: [], response: { ...problem(405, 'Use POST.'), headers: { allow: 'POST' } } }
  }
  const refusal = authenticate(request, settings)
  if (refusal) return refusal
  const webhook = parseBody(request.body)
  if (!webhook) return refuse(400, 'The body is not a JSON object.')
  if (asWords(webhook.event) === undefined) return refuse(400, 'The body names no event.')

  const { events, undecided, account } = translate(webhook, settings)
  const settled = undecided ? settings.memory.settled(account) : undefined
  if (!settled) return { events, response: accepted }
  return settled.then(() => ({ events: translate(webhook, settings).events, response: accepted }))
}

/** `X-Webhook-Hmac` is the HMAC-SHA512 of exactly these bytes, in hexadecimal (WAHA, "Webhooks"). */
function authenticate(
  { body, headers }: WebhookRequest,
  { hmacKey, secretHeader }: ReceiveSettings,
): Received | undefined {
  if (hmacKey !== undefined && !isHmac(body, headers.get('x-webhook-hmac') ?? '', 'sha512', hmacKey)) {
    return refuse(401, 'The signature does not match.')
  }
  if (secretHeader && !isSameToken(headers.get(secretHeader.name.toLowerCase()) ?? '', secretHeader.value)) {
    return refuse(401, 'The secret header does not match.')
  }
  return undefined
}

function translate(webhook: Fields, settings: ReceiveSettings): Report {
  const now = settings.now()
  const event = asWords(webhook.event) ?? ''
  const account = asId(webhook.session) ?? settings.session
  const engine = asWords(webhook.engine)
  if (engine !== undefined) settings.memory.learnEngine(account, engine)
  const me = readMe(webhook.me)
  settings.memory.learnSelf(account, me)
  const events: ChannelEvent[] = []
  const report: Report = {
    channel: settings.name,
    account,
    event,
    eventId: asId(webhook.id),
    at: readTime(webhook.timestamp, now),
    me,
    now,
    history: false,
    otherTools: settings.otherTools,
    memory: settings.memory,
    raw: rawOf(event, webhook.payload, webhook.engine, asFields(webhook.metadata)),
    events,
    undecided: false,
  }
  const payload = asFields(webhook.payload)
  // A dump of the engine's inner life for debugging; all that matters comes as an event of its own.
  if (event === 'engine.event') return report
  if (!payload || !add(payload, report)) addNotice(report)
  return report
}

/** @returns whether it became an event: what is about no conversation, or cannot be read, does not */
function add(payload: Fields, report: Report): boolean {
  switch (report.event) {
    case 'message':
    case 'message.any':
      return addMessage(payload, report)
    case 'message.reaction':
      return addReaction(payload, report)
    case 'message.edited':
      return addEdit(payload, report)
    case 'message.revoked':
      return addRevocation(payload, report)
    case 'message.ack':
    case 'message.ack.group':
      return addAck(payload, report)
    case 'poll.vote':
      return addVote(payload, report)
    case 'group.v2.join':
    case 'group.v2.leave':
    case 'group.v2.participants':
      return addGroupNews(payload, report)
    default:
      return false
  }
}
