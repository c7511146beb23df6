import { SwitchboardError } from '../../errors.js'
import type {
  Answer,
  Channel,
  ClaimedTurn,
  Clock,
  Middleware,
  Responder,
  TurnContext,
} from '../../ports/index.js'
import { normaliseAnswer } from '../../rules/index.js'
import { deadline, orAborted } from '../../runtime/deadline.js'
import type { Emit } from '../../runtime/events.js'

export interface RespondingDependencies {
  readonly channels: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly emit: Emit
  readonly respond: Responder
  readonly middleware: readonly Middleware[]
  /** How long a responder, its middleware included, may take. */
  readonly turnTimeoutMs: number
  /** Show a typing indicator when the answer takes longer than this. `null`: never. */
  readonly typingAfterMs: number | null
}

/** Asks middleware and responder for the answer to a claimed turn, until the lease or the time is lost. */
export async function answerTurn(
  claim: ClaimedTurn,
  lease: AbortSignal,
  dependencies: RespondingDependencies,
): Promise<Answer | undefined> {
  const { channel } = claim.conversation
  if (!dependencies.channels.has(channel)) {
    // An answer that nobody here can send would be made in vain.
    throw new SwitchboardError('configuration', `no channel is named ${channel} in this process`)
  }
  using limit = deadline(dependencies.clock, dependencies.turnTimeoutMs, 'the responder', lease)
  using _typing = typingIndicator(claim, dependencies, limit.signal)
  const turn = turnContext(claim, limit.signal, dependencies)
  await orAborted(runMiddleware(turn, dependencies), limit.signal)
  return turn.answer
}

function turnContext(
  claim: ClaimedTurn,
  signal: AbortSignal,
  { clock, emit }: RespondingDependencies,
): TurnContext {
  const { conversation, burst, history, attempt, voids } = claim
  const words = burst.map(message => message.text ?? '')
  return {
    conversation,
    burst,
    history,
    attempt,
    voids,
    text: words.filter(text => text !== '').join('\n'),
    signal,
    clock,
    answer: undefined,
    report: error => emit('error', error, 'the responder'),
  }
}

/** Middleware as an onion: each layer gets `next`, the innermost one is the responder. */
async function runMiddleware(
  turn: TurnContext,
  { middleware, respond }: RespondingDependencies,
): Promise<void> {
  const dispatch = async (index: number): Promise<void> => {
    const layer = middleware[index]
    if (!layer) {
      turn.answer = normaliseAnswer(await respond(turn))
      return
    }
    let inner: Promise<void> | undefined
    let running = false
    await layer(turn, () => {
      if (inner) throw new SwitchboardError('invalid_input', 'middleware called next() twice')
      running = true
      inner = dispatch(index + 1).finally(() => {
        running = false
      })
      // Unheard, a failure that the layer does not wait for would end the process.
      inner.catch(() => undefined)
      return inner
    })
    // A layer that forgot to wait must not turn the answer into silence. One that answered need not wait.
    if (running && !turn.answer) await inner
  }
  await dispatch(0)
}

/** Shows that somebody is writing when the answer takes its time. A failure of it is nobody's problem. */
function typingIndicator(
  claim: ClaimedTurn,
  { channels, clock, typingAfterMs }: RespondingDependencies,
  signal: AbortSignal,
): Disposable {
  const channel = channels.get(claim.conversation.channel)
  const providerId = claim.burst.at(-1)?.providerId
  if (!channel?.startTyping || providerId === undefined || typingAfterMs === null) {
    return { [Symbol.dispose]() {} }
  }
  const { account, peer } = claim.conversation
  const show = async () => channel.startTyping?.({ account, to: peer, providerId }, { signal })
  const cancel = clock.after(typingAfterMs, () => {
    show().catch(() => undefined)
  })
  return { [Symbol.dispose]: cancel }
}
