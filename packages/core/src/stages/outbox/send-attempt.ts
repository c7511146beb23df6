import { ChannelError, describeError, SwitchboardError } from '../../errors.js'
import type { Channel, Clock, OutboxItem, SendRecord } from '../../ports/index.js'
import { type BackoffPolicy, backoffMs, windowIsOpen } from '../../rules/index.js'
import { deadline, orAborted } from '../../runtime/deadline.js'
import type { Emit } from '../../runtime/events.js'
import type { OutboundMessage, OutboundTemplate } from '../../vocabulary/index.js'
import type { AccountGuard } from './account-guard.js'
import { type Pacing, spread } from './pacing.js'

/** What goes out in place of a message whose window is closed. `undefined`: it is parked. */
export type WindowTemplate = (message: OutboundMessage) => OutboundTemplate | undefined

export interface SendAttemptDependencies {
  readonly channels: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly random: () => number
  readonly emit: Emit
  readonly pacing: Pacing
  readonly guard: AccountGuard
  /** How long a provider may take to answer, and how late a send may begin. */
  readonly sendTimeoutMs: number
  readonly maxAttempts: number
  readonly backoff: BackoffPolicy
  readonly windowTemplate: WindowTemplate | undefined
}

type Outcome = SendRecord['outcome']

/**
 * Hands a message to its channel once, when its turn comes, and judges what came of it. Never rejects.
 *
 * @param askedAt when the store was asked for it. A process that stood still since then must not send: the message may have
 * been given to another one.
 */
export async function attemptSend(
  item: OutboxItem,
  askedAt: number,
  dependencies: SendAttemptDependencies,
): Promise<Outcome> {
  const { channels, clock, guard, pacing, random } = dependencies
  const late = lateOutcome(item, askedAt, dependencies)
  if (late) return late
  const channel = channels.get(item.message.channel)
  if (!channel) return judgeRefusal(unknownChannel(item.message.channel), item, dependencies)
  if (!windowIsOpen(item, channel.windowMs, clock.now())) return sendTemplate(item, askedAt, dependencies)

  const blockedMs = guard.waitMs(item.message)
  if (blockedMs > 0) return { kind: 'deferred', afterMs: spread(blockedMs, random) }
  const waitMs = await pacing.waitForTurn(item.message, channel)
  if (waitMs !== undefined) {
    guard.tried(item.message, false)
    return { kind: 'deferred', afterMs: waitMs }
  }
  return lateOutcome(item, askedAt, dependencies) ?? send(item, channel, askedAt, dependencies)
}

function lateOutcome(
  { attempt }: OutboxItem,
  askedAt: number,
  { clock, random, backoff, sendTimeoutMs }: SendAttemptDependencies,
): Outcome | undefined {
  if (clock.now() - askedAt <= sendTimeoutMs) return undefined
  const afterMs = backoffMs(attempt, backoff, random())
  return { kind: 'retry', afterMs, error: 'send_late: this process stood still' }
}

async function send(
  item: OutboxItem,
  channel: Channel,
  askedAt: number,
  dependencies: SendAttemptDependencies,
): Promise<Outcome> {
  const { clock, guard, sendTimeoutMs } = dependencies
  using limit = deadline(clock, sendTimeoutMs, `channel ${channel.name}`)
  try {
    const call = channel.send(item.message, { signal: limit.signal })
    const { providerId } = await orAborted(call, limit.signal)
    guard.tried(item.message, true)
    return providerId === undefined ? { kind: 'sent' } : { kind: 'sent', providerId }
  } catch (error) {
    // Only a definite refusal says that the provider did not take the message; after all else it may have been sent.
    if (SwitchboardError.is(error) && error.code === 'channel_refused') {
      const outcome = judgeRefusal(error, item, dependencies)
      const isOutside = outcome.kind === 'parked' && outcome.reason === 'window'
      const mayTry = isOutside && item.message.content.type !== 'template'
      return mayTry ? sendTemplate(item, askedAt, dependencies, outcome.error) : outcome
    }
    guard.tried(item.message, false)
    return { kind: 'unknown', error: errorText(error) }
  }
}

/** Outside of the window nothing is tried in vain: a template goes out, or the message waits. */
async function sendTemplate(
  item: OutboxItem,
  askedAt: number,
  dependencies: SendAttemptDependencies,
  error = 'window_closed: the customer has not written for too long',
): Promise<Outcome> {
  const content = templateFor(item.message, dependencies)
  if (!content) return { kind: 'parked', reason: 'window', error }
  const message = { ...item.message, content }
  const outcome = await attemptSend({ ...item, message }, askedAt, dependencies)
  return outcome.kind === 'sent' ? { ...outcome, content } : outcome
}

function templateFor(
  message: OutboundMessage,
  { windowTemplate, emit }: SendAttemptDependencies,
): OutboundTemplate | undefined {
  try {
    const template = windowTemplate?.(message)
    return template?.type === 'template' ? template : undefined
  } catch (error) {
    emit('error', error, 'the template of the window')
    return undefined
  }
}

/** Another process may have the channel, as while a new one is rolled out. */
function unknownChannel(name: string): ChannelError {
  return new ChannelError('channel_refused', `no channel is named ${name} in this process`, {
    retryable: true,
  })
}

/** After so many deferrals, which are days, the trouble of an account is for a person to look at. */
const mostDeferrals = 500

function judgeRefusal(
  error: SwitchboardError,
  item: OutboxItem,
  { maxAttempts, backoff, random, guard, pacing }: SendAttemptDependencies,
): Outcome {
  const text = errorText(error)
  const { message, attempt, deferrals = 0 } = item
  const scope = (error as Partial<ChannelError>).scope ?? 'message'
  if (!error.retryable && (scope === 'account' || scope === 'auth')) {
    const afterMs = guard.refused(message, text)
    if (deferrals >= mostDeferrals) return { kind: 'parked', reason: 'account', error: text }
    return { kind: 'deferred', afterMs, error: text }
  }
  guard.tried(message, true)
  if (scope === 'window' && !error.retryable) return { kind: 'parked', reason: 'window', error: text }
  const tries = attempt - deferrals
  if (!error.retryable || tries >= maxAttempts) return { kind: 'failed', error: text }
  void pacing.heed(message, error as ChannelError)
  return { kind: 'retry', afterMs: backoffMs(tries, backoff, random(), error.retryAfterMs), error: text }
}

/** `code: message`, the form in which the store keeps it; the provider's own code when there is one. */
function errorText(error: unknown): string {
  const ours = SwitchboardError.is(error) ? error.code : 'channel_unknown'
  const theirs = (error as { providerCode?: unknown } | undefined)?.providerCode
  return `${typeof theirs === 'string' ? theirs : ours}: ${describeError(error)}`
}
