import type { Identity, Received, WebhookRequest } from '@switchboard/core'
import { asFields, asId, type Fields } from '../../../values.js'
import { accepted, problem, refuse } from '../../../webhook/answers.js'
import { parseBody } from '../../../webhook/body.js'
import { isSameToken } from '../../../webhook/secrets.js'
import { isAccount } from '../account.js'
import type { OwnSends } from '../own-sends.js'
import { readBody } from './envelope.js'
import { openReport } from './report.js'

export interface ReceiveSettings {
  readonly channel: string
  readonly defaultAccount: string
  /** Whether webhooks of any channel are of that account. */
  readonly anyChannel: boolean
  readonly webhookSecret: string | undefined
  /** Lower case. Absent: `authorization` and `x-webhook-secret`. */
  readonly webhookSecretHeader: string | undefined
  readonly methods: readonly string[]
  now(): number
  readonly learnSelf: (address: unknown, account: string) => void
  readonly selfOf: (account: string) => readonly Identity[]
  /** With other tools only. */
  readonly ownSends: OwnSends | undefined
}

/** It waits only with a message over the API while a send of this process is under way, and other tools write there too. */
export function receiveWebhook(
  request: WebhookRequest,
  settings: ReceiveSettings,
): Received | Promise<Received> {
  const { methods } = settings
  if (!methods.includes(request.method)) {
    const allow = methods.join(', ')
    return { events: [], response: { ...problem(405, `Use ${allow}.`), headers: { allow } } }
  }
  if (!isAuthentic(request, settings)) return refuse(401, 'The secret does not match.')
  const body = parseBody(request.body)
  if (!body) return refuse(400, 'The body is not a JSON object.')
  if (Object.keys(body).every(key => key === 'channel_id')) return refuse(400, 'The body holds no event.')
  // In the mode `method` nothing in the body need say so.
  if (methods.length === 1 && !isWhapi(body)) return refuse(400, 'The body is none of a webhook of Whapi.')
  const { events, undecided } = translate(body, request.method, settings)
  const settled = undecided ? settings.ownSends?.settled(settings.defaultAccount) : undefined
  if (!settled) return { events, response: accepted }
  return settled.then(() => ({
    events: translate(body, request.method, settings).events,
    response: accepted,
  }))
}

function translate(body: Fields, method: string, settings: ReceiveSettings) {
  const { channel, ownSends } = settings
  const account = accountOf(body, settings)
  const learnSelf = (address: unknown) => settings.learnSelf(address, account)
  const self = () => settings.selfOf(account)
  const report = openReport({ channel, account, now: settings.now(), learnSelf, self, ownSends }, false)
  readBody(body, method, report)
  return report
}

/** Other providers' bodies are not taken for notices: whoever sent them believes that their messages have arrived. */
function isWhapi(body: Fields): boolean {
  const says = body.channel_id !== undefined || asFields(body.event) !== undefined
  return says || ['messages', 'messages_updates', 'statuses'].some(key => key in body)
}

/** In the spelling of the options: in another one the same person would have a second conversation. */
function accountOf(body: Fields, { anyChannel, defaultAccount }: ReceiveSettings): string {
  const named = anyChannel ? undefined : asId(body.channel_id)
  return named === undefined || isAccount(defaultAccount, named) ? defaultAccount : named
}

/** Whapi signs nothing: it sends what was entered as custom headers (OpenAPI, `WebhookParameters`). */
function isAuthentic({ headers }: WebhookRequest, settings: ReceiveSettings): boolean {
  const { webhookSecret, webhookSecretHeader } = settings
  if (webhookSecret === undefined) return true
  const names =
    webhookSecretHeader === undefined ? ['authorization', 'x-webhook-secret'] : [webhookSecretHeader]
  return names.some(name => {
    const given = headers.get(name) ?? ''
    return isSameToken(name === 'authorization' ? given.replace(/^Bearer /i, '') : given, webhookSecret)
  })
}
