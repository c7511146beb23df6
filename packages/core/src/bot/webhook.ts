import { describeError, SwitchboardError } from '../errors.js'
import type { Channel, Logger, WebhookRequest, WebhookResponse } from '../ports/index.js'
import type { Inbox } from '../stages/inbox.js'

export interface WebhookDependencies {
  readonly channels: ReadonlyMap<string, Channel>
  readonly inbox: Inbox
  readonly maxBodyBytes: number
  readonly logger: Logger
  ready(): Promise<void>
  /** Why nothing is accepted any more. */
  stopped(): boolean
}

/** Answers webhooks: 2xx means committed. */
export function createWebhookHandler(dependencies: WebhookDependencies) {
  const { channels, inbox, maxBodyBytes, logger, ready, stopped } = dependencies

  async function handle(request: WebhookRequest, channelName?: string): Promise<WebhookResponse> {
    const channel = channels.get(channelName ?? lastSegment(request.url))
    if (!channel?.receive)
      return problem(404, `no channel answers here; there are: ${[...channels.keys()].join(', ')}`)
    if (request.body.byteLength > maxBodyBytes) return tooLarge(maxBodyBytes)
    if (stopped()) return unavailable('stopping')
    try {
      await ready()
      const { events, response } = await channel.receive(request)
      if (events.length > 0) await inbox.accept(events)
      return response
    } catch (error) {
      return refusal(error)
    }
  }

  function refusal(error: unknown): WebhookResponse {
    const code = SwitchboardError.is(error) ? error.code : undefined
    logger.error(
      { code, error: describeError(error) },
      'a webhook was not committed; the provider will deliver it again',
    )
    if (code === 'overloaded' || code === 'store_unavailable' || code === 'stopped') return unavailable(code)
    return problem(500, 'the webhook was not stored')
  }

  return handle
}

/** `/webhooks/meta/?x=1` → `meta`. By hand: `/\/+$/` takes a second for a hostile path of 15 000 slashes. */
function lastSegment(url: string): string {
  const query = url.indexOf('?')
  let end = query === -1 ? url.length : query
  while (url[end - 1] === '/') end -= 1
  return url.slice(url.lastIndexOf('/', end - 1) + 1, end)
}

/** An answer in words, as RFC 9457 has it. */
export function problem(
  status: number,
  title: string,
  headers: Record<string, string> = {},
): WebhookResponse {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify({ title, status }),
  }
}

export function tooLarge(maxBodyBytes: number): WebhookResponse {
  return problem(413, `the body is longer than ${maxBodyBytes} bytes`)
}

function unavailable(reason: string): WebhookResponse {
  return problem(503, `not stored (${reason}): deliver it again`, { 'retry-after': '1' })
}
