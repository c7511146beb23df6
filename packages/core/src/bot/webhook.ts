import { describeError, SwitchboardError } from '../errors.js'
import type { Channel, Clock, Logger, WebhookRequest, WebhookResponse } from '../ports/index.js'
import type { Inbox } from '../stages/inbox.js'

export interface WebhookDependencies {
  readonly channels: ReadonlyMap<string, Channel>
  readonly inbox: Inbox
  readonly maxBodyBytes: number
  readonly logger: Logger
  readonly clock: Clock
  ready(): Promise<void>
  /** Why nothing is accepted any more. */
  stopped(): boolean
}

/** `bot.handle`. */
export interface WebhookHandler {
  (request: WebhookRequest, channelName?: string): Promise<WebhookResponse>
  /** Logs what a reader of bodies answered by itself: such a request never gets here. Never throws. */
  readonly logRefusal: (answer: Problem, url: string, channelName?: string) => void
}

/** Answers webhooks: 2xx means committed. What is refused is logged. */
export function createWebhookHandler(dependencies: WebhookDependencies): WebhookHandler {
  const { channels, inbox, maxBodyBytes, logger, clock, ready, stopped } = dependencies
  const logRefusal = createRefusalLog(logger, clock)
  const find = (url: string, channelName?: string) => channels.get(channelName ?? lastSegment(url))

  async function handle(request: WebhookRequest, channelName?: string): Promise<WebhookResponse> {
    const channel = find(request.url, channelName)
    if (!channel?.receive) return refuse(nobodyThere(channels), channel)
    if (request.body.byteLength > maxBodyBytes) return refuse(tooLarge(maxBodyBytes), channel)
    if (stopped()) return unavailable('stopping')
    try {
      await ready()
      const { events, response } = await channel.receive(request)
      if (events.length > 0) await inbox.accept(events)
      if (response.status >= 400) logRefusal('warn', response.status, channelReason(response.status), channel)
      return response
    } catch (error) {
      return failure(error)
    }
  }

  function refuse(answer: Problem, channel: Channel | undefined): WebhookResponse {
    logRefusal(answer.status >= 500 ? 'error' : 'warn', answer.status, answer.title, channel)
    return answer
  }

  function failure(error: unknown): WebhookResponse {
    const code = SwitchboardError.is(error) ? error.code : undefined
    logger.error(
      { code, error: describeError(error) },
      'a webhook was not committed; the provider will deliver it again',
    )
    if (code === 'overloaded' || code === 'store_unavailable' || code === 'stopped') return unavailable(code)
    return problem(500, 'the webhook was not stored')
  }

  return Object.assign(handle, {
    logRefusal: (answer: Problem, url: string, channelName?: string) => {
      refuse(answer, find(url, channelName))
    },
  })
}

const minute = 60_000

/**
 * The first refusal of a kind is logged at once, later ones once a minute with how many were left out: whoever can reach the
 * webhooks can cause them, and must not fill the log. Kinds are bounded, since nothing of a request makes one.
 */
function createRefusalLog(logger: Logger, clock: Clock) {
  const kinds = new Map<string, { loggedAt: number; leftOut: number }>()
  return (level: 'warn' | 'error', status: number, reason: string, channel: Channel | undefined): void => {
    const kind = `${status} ${channel?.name} ${reason}`
    const now = clock.now()
    const last = kinds.get(kind)
    // A clock that was set back must not silence the log until it has caught up.
    if (last && Math.abs(now - last.loggedAt) < minute) {
      last.leftOut += 1
      return
    }
    kinds.set(kind, { loggedAt: now, leftOut: 0 })
    const fields = { status, channel: channel?.name, reason, ...(last && { leftOut: last.leftOut }) }
    try {
      logger[level](fields, 'a webhook was refused')
    } catch {
      // The answer must not depend on the logger, and `toNodeHandler` logs where a throw would end the process.
    }
  }
}

/** What a channel's status speaks for. In words of ours: its body may repeat the request. */
function channelReason(status: number): string {
  return channelReasons.get(status) ?? 'the channel refused it'
}

const channelReasons = new Map([
  [400, 'the channel cannot read the body'],
  [401, 'the signature does not match: compare the secret with the one at the provider'],
  [403, 'the verify token does not match: compare it with the one at the provider'],
  [405, 'the channel does not take this method'],
])

/** `/webhooks/meta/?x=1` → `meta`. By hand: `/\/+$/` takes a second for a hostile path of 15 000 slashes. */
function lastSegment(url: string): string {
  const query = url.indexOf('?')
  let end = query === -1 ? url.length : query
  while (url[end - 1] === '/') end -= 1
  return url.slice(url.lastIndexOf('/', end - 1) + 1, end)
}

/** An answer in words of ours. */
export interface Problem extends WebhookResponse {
  /** The words, for the log. */
  readonly title: string
}

/** An answer in words, as RFC 9457 has it. */
export function problem(status: number, title: string, headers: Record<string, string> = {}): Problem {
  return {
    status,
    title,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify({ title, status }),
  }
}

export function tooLarge(maxBodyBytes: number): Problem {
  return problem(413, `the body is longer than ${maxBodyBytes} bytes`)
}

function nobodyThere(channels: ReadonlyMap<string, Channel>): Problem {
  return problem(404, `no channel answers here; there are: ${[...channels.keys()].join(', ')}`)
}

function unavailable(reason: string): WebhookResponse {
  return problem(503, `not stored (${reason}): deliver it again`, { 'retry-after': '1' })
}
