import { ChannelError, describeError, SwitchboardError } from '../../errors.js'
import type { Channel, Clock, OutboxItem, SendRecord } from '../../ports/index.js'
import { type BackoffPolicy, backoffMs } from '../../rules/index.js'
import { deadline, orAborted } from '../../runtime/deadline.js'

export interface SendAttemptDependencies {
  readonly channels: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly random: () => number
  /** How long a provider may take to answer, and how late a send may begin. */
  readonly sendTimeoutMs: number
  readonly maxAttempts: number
  readonly backoff: BackoffPolicy
}

/**
 * Hands a message to its channel once and judges what came of it. Never rejects.
 *
 * @param askedAt when the store was asked for it. A process that stood still since then must not send: the message may have
 * been given to another one.
 */
export async function attemptSend(
  item: OutboxItem,
  askedAt: number,
  dependencies: SendAttemptDependencies,
): Promise<SendRecord['outcome']> {
  if (dependencies.clock.now() - askedAt > dependencies.sendTimeoutMs) {
    const afterMs = backoffMs(item.attempt, dependencies.backoff, dependencies.random())
    return { kind: 'retry', afterMs, error: 'send_late: this process stood still' }
  }
  const channel = dependencies.channels.get(item.message.channel)
  if (!channel) return judgeFailure(unknownChannel(item.message.channel), item.attempt, dependencies)
  using limit = deadline(dependencies.clock, dependencies.sendTimeoutMs, `channel ${channel.name}`)
  try {
    const call = channel.send(item.message, { signal: limit.signal })
    const { providerId } = await orAborted(call, limit.signal)
    return providerId === undefined ? { kind: 'sent' } : { kind: 'sent', providerId }
  } catch (error) {
    return judgeFailure(error, item.attempt, dependencies)
  }
}

/** Another process may have the channel, as while a new one is rolled out. */
function unknownChannel(name: string): ChannelError {
  return new ChannelError('channel_refused', `no channel is named ${name} in this process`, {
    retryable: true,
  })
}

/** Only a definite refusal says that the provider did not take the message; after all else it may have been sent. */
function judgeFailure(
  error: unknown,
  attempt: number,
  { maxAttempts, backoff, random }: SendAttemptDependencies,
): SendRecord['outcome'] {
  const text = errorText(error)
  if (!SwitchboardError.is(error) || error.code !== 'channel_refused') return { kind: 'unknown', error: text }
  if (!error.retryable || attempt >= maxAttempts) return { kind: 'failed', error: text }
  return { kind: 'retry', afterMs: backoffMs(attempt, backoff, random(), error.retryAfterMs), error: text }
}

/** `code: message`, the form in which the store keeps it; the provider's own code when there is one. */
function errorText(error: unknown): string {
  const ours = SwitchboardError.is(error) ? error.code : 'channel_unknown'
  const theirs = (error as { providerCode?: unknown } | undefined)?.providerCode
  return `${typeof theirs === 'string' ? theirs : ours}: ${describeError(error)}`
}
