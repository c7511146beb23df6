import { describeError, SwitchboardError } from '../errors.js'
import type {
  Answer,
  Channel,
  ClaimedTurn,
  ClaimOptions,
  ClaimResult,
  Clock,
  CommitResult,
  Middleware,
  OutboxItem,
  ReleaseResult,
  Responder,
  Store,
  TurnCommit,
  TurnContext,
  TurnRelease,
  Wake,
} from '../ports/index.js'
import {
  type BackoffPolicy,
  backoffMs,
  draftReplies,
  normaliseAnswer,
  type QuoteThresholds,
} from '../rules/index.js'
import { createBatcher } from '../runtime/batcher.js'
import { deadline, orAborted } from '../runtime/deadline.js'
import type { Emit } from '../runtime/events.js'
import type { Leases } from './leases.js'

export interface TurnDependencies {
  readonly store: Store
  readonly channels: ReadonlyMap<string, Channel>
  readonly clock: Clock
  readonly generateId: () => string
  readonly random: () => number
  readonly emit: Emit
  readonly leases: Leases
  readonly respond: Responder
  readonly middleware: readonly Middleware[]
  /** Hands a committed reply to the outbox. */
  send(item: OutboxItem): Promise<void>
  wake(conversationId: string, delayMs: number): void
  readonly options: ClaimOptions & {
    /** How often newer messages may void a reply before it goes out all the same. */
    readonly maxVoids: number
    readonly backoff: BackoffPolicy
    readonly quote: QuoteThresholds
    readonly sendLeaseMs: number
    /** How long a responder, its middleware included, may take. */
    readonly turnTimeoutMs: number
    /** Show a typing indicator when the answer takes longer than this. `null`: never. */
    readonly typingAfterMs: number | null
  }
}

/** The middle stage: a wake becomes at most one committed reply. */
export interface TurnStage {
  /** Never rejects. */
  handle(wake: Wake): Promise<void>
}

export function createTurnStage(dependencies: TurnDependencies): TurnStage {
  const { store, channels, clock, emit, leases, options, send, wake } = dependencies
  const claims = createBatcher<string, ClaimResult>({
    name: 'claims',
    run: ids => store.claimTurns(ids, options),
    maxBatch: 64,
  })
  const commits = createBatcher<TurnCommit, CommitResult>({
    name: 'turns',
    run: batch => store.commitTurns(batch),
    maxBatch: 64,
    slots: 2,
    keyOf: commit => commit.conversationId,
  })
  const releases = createBatcher<TurnRelease, ReleaseResult>({
    name: 'releases',
    run: batch => store.releaseTurns(batch),
  })

  async function handle({ conversationId }: Wake): Promise<void> {
    try {
      const claim = await claims.add(conversationId)
      if (claim.kind === 'claimed') await run(claim)
      else if (claim.kind === 'later') wake(conversationId, claim.dueInMs)
      else if (claim.kind === 'parked') emit('turn.parked', claim)
    } catch (error) {
      // The conversation is still due in the store: the sweep brings it back.
      emit('error', error, 'a turn')
    }
  }

  async function run(claim: ClaimedTurn): Promise<void> {
    let commit: TurnCommit
    using held = leases.hold(claim)
    try {
      const answer = await answerTurn(claim, held.signal)
      commit = commitOf(claim, answer)
    } catch (error) {
      await release(claim, error, held.signal.aborted)
      return
    }
    await settle(claim, commit, await commits.add(commit))
  }

  async function answerTurn(claim: ClaimedTurn, held: AbortSignal): Promise<Answer | undefined> {
    using limit = deadline(clock, options.turnTimeoutMs, 'the responder', held)
    const { signal } = limit
    const turn = turnContext(claim, signal, dependencies)
    using _typing = typingIndicator(claim, channels, dependencies, signal)
    await orAborted(runMiddleware(turn, dependencies), signal)
    return turn.answer
  }

  function commitOf(claim: ClaimedTurn, answer: Answer | undefined): TurnCommit {
    return {
      conversationId: claim.conversationId,
      fence: claim.fence,
      version: claim.version,
      readTo: claim.readTo,
      acceptNewer: claim.voids >= options.maxVoids,
      replies: draftReplies(answer, claim, clock.now(), options.quote, dependencies.generateId),
      attempt: claim.attempt,
      claimedAt: claim.claimedAt,
      sendLeaseMs: options.sendLeaseMs,
      ...(answer?.model !== undefined && { model: answer.model }),
      ...(answer?.usage && { usage: answer.usage }),
      ...(claim.replayOf !== undefined && { replayOf: claim.replayOf }),
    }
  }

  async function settle(claim: ClaimedTurn, commit: TurnCommit, result: CommitResult): Promise<void> {
    const { conversationId, voids, attempt } = claim
    if (result.kind === 'lost') {
      emit('turn.lost', { conversationId })
      return
    }
    if (result.dueInMs !== null) wake(conversationId, result.dueInMs)
    if (result.kind === 'superseded') {
      emit('turn.superseded', { conversationId, voids: voids + 1 })
      return
    }
    emit('turn.completed', {
      conversationId,
      turnId: result.turnId,
      outcome: result.outcome,
      attempt,
      voids,
      durationMs: Math.max(0, clock.now() - claim.claimedAt),
      ...(commit.model !== undefined && { model: commit.model }),
      ...(commit.usage && { usage: commit.usage }),
    })
    if (result.send) await send(result.send)
  }

  async function release(claim: ClaimedTurn, error: unknown, interrupted: boolean): Promise<void> {
    const { conversationId, fence, readTo, attempt, claimedAt, replayOf } = claim
    // A turn that was taken away has not failed: it may run again at once, wherever the conversation is now.
    const retryInMs = interrupted ? 0 : backoffMs(attempt, options.backoff, dependencies.random())
    const next = interrupted || attempt < options.maxAttempts ? { retryInMs } : ('park' as const)
    const result = await releases.add({
      conversationId,
      fence,
      readTo,
      attempt,
      claimedAt,
      error: describeError(error),
      next,
      ...(replayOf !== undefined && { replayOf }),
    })
    if (result.kind === 'lost') {
      emit('turn.lost', { conversationId })
      return
    }
    if (result.kind === 'parked') {
      emit('turn.parked', { conversationId, turnId: result.turnId })
      if (result.dueInMs !== null) wake(conversationId, result.dueInMs)
      return
    }
    emit('turn.failed', { conversationId, attempt, error: describeError(error), retryInMs })
    wake(conversationId, retryInMs)
  }

  return { handle }
}

function turnContext(claim: ClaimedTurn, signal: AbortSignal, dependencies: TurnDependencies): TurnContext {
  const { conversation, burst, history, attempt, voids } = claim
  return {
    conversation,
    burst,
    history,
    attempt,
    voids,
    text: burst
      .map(message => message.text ?? '')
      .filter(Boolean)
      .join('\n'),
    signal,
    clock: dependencies.clock,
    answer: undefined,
    report: error => dependencies.emit('error', error, 'the responder'),
  }
}

/** Middleware as onions: each gets `next`, the innermost one is the responder. */
async function runMiddleware(turn: TurnContext, { middleware, respond }: TurnDependencies): Promise<void> {
  const dispatch = async (index: number): Promise<void> => {
    const layer = middleware[index]
    if (!layer) {
      turn.answer = normaliseAnswer(await respond(turn))
      return
    }
    let called = false
    await layer(turn, () => {
      if (called) throw new SwitchboardError('invalid_input', 'middleware called next() twice')
      called = true
      return dispatch(index + 1)
    })
  }
  await dispatch(0)
}

/** Shows that somebody is writing when the answer takes its time. A failure of it is nobody's problem. */
function typingIndicator(
  claim: ClaimedTurn,
  channels: ReadonlyMap<string, Channel>,
  { clock, options }: TurnDependencies,
  signal: AbortSignal,
): Disposable {
  const channel = channels.get(claim.conversation.channel)
  const providerId = claim.burst.at(-1)?.providerId
  if (!channel?.startTyping || providerId === undefined || options.typingAfterMs === null) {
    return { [Symbol.dispose]() {} }
  }
  const { account, peer } = claim.conversation
  const cancel = clock.after(options.typingAfterMs, () => {
    channel.startTyping?.({ account, to: peer, providerId }, { signal }).catch(() => undefined)
  })
  return { [Symbol.dispose]: cancel }
}
