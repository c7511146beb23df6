import { describeError } from '../../errors.js'
import type {
  Answer,
  ClaimedTurn,
  ClaimOptions,
  ClaimResult,
  CommitResult,
  OutboxItem,
  ReleaseResult,
  Store,
  TurnCommit,
  TurnRelease,
  Wake,
} from '../../ports/index.js'
import {
  type BackoffPolicy,
  backoffMs,
  draftReplies,
  type QuoteThresholds,
  splitAnswer,
} from '../../rules/index.js'
import { createBatcher } from '../../runtime/batcher.js'
import type { Leases } from '../../runtime/leases.js'
import { persist } from '../../runtime/persist.js'
import { answerTurn, type RespondingDependencies } from './responding.js'

export interface TurnDependencies extends RespondingDependencies {
  readonly store: Store
  readonly generateId: () => string
  readonly random: () => number
  readonly leases: Leases
  /** Hands a committed reply to the outbox. */
  send(item: OutboxItem, askedAt: number): Promise<void>
  wake(conversationId: string, delayMs: number): void
  readonly options: ClaimOptions & {
    /** How often newer messages may void a reply before it goes out all the same. */
    readonly maxVoids: number
    readonly backoff: BackoffPolicy
    readonly quote: QuoteThresholds
    readonly sendLeaseMs: number
    /** How many messages the texts of an answer may become. */
    readonly maxPieces: number
  }
}

/** The middle stage: a wake becomes at most one committed reply. */
export interface TurnStage {
  /** Never rejects. */
  handle(wake: Wake): Promise<void>
}

export function createTurnStage(dependencies: TurnDependencies): TurnStage {
  const { emit, leases, send, wake, clock } = dependencies
  const { claims, commits, releases } = createWrites(dependencies)

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
    using lease = leases.hold(claim)
    let commit: TurnCommit
    try {
      commit = commitOf(claim, await answerTurn(claim, lease.signal, dependencies), dependencies)
    } catch (error) {
      const release = releaseOf(claim, error, lease.signal.aborted, dependencies)
      settleRelease(release, await releases.add(release))
      return
    }
    const askedAt = clock.now()
    const reply = settleCommit(claim, commit, await commits.add(commit))
    if (reply) await send(reply, askedAt)
  }

  function settleCommit(
    claim: ClaimedTurn,
    commit: TurnCommit,
    result: CommitResult,
  ): OutboxItem | undefined {
    const { conversationId, voids, attempt, claimedAt } = claim
    if (result.kind === 'lost') {
      emit('turn.lost', { conversationId })
      return undefined
    }
    if (result.dueInMs !== null) wake(conversationId, result.dueInMs)
    if (result.kind === 'superseded') {
      emit('turn.superseded', { conversationId, voids: voids + 1 })
      return undefined
    }
    const { turnId, outcome } = result
    emit('turn.completed', {
      conversationId,
      turnId,
      outcome,
      attempt,
      voids,
      durationMs: Math.max(0, clock.now() - claimedAt),
      ...(commit.model !== undefined && { model: commit.model }),
      ...(commit.usage && { usage: commit.usage }),
    })
    return result.send
  }

  function settleRelease(release: TurnRelease, result: ReleaseResult): void {
    const { conversationId, attempt, error, next } = release
    if (result.kind === 'lost') emit('turn.lost', { conversationId })
    if (result.kind === 'parked') {
      emit('turn.parked', { conversationId, turnId: result.turnId })
      if (result.dueInMs !== null) wake(conversationId, result.dueInMs)
    }
    if (result.kind === 'released' && next !== 'park') {
      emit('turn.failed', { conversationId, attempt, error, retryInMs: next.retryInMs })
      wake(conversationId, next.retryInMs)
    }
  }

  return { handle }
}

/** Turns of many conversations share their claims, commits and releases. */
function createWrites({ store, options, clock, random }: TurnDependencies) {
  return {
    claims: createBatcher<string, ClaimResult>({
      run: conversationIds => store.claimTurns(conversationIds, options),
      maxBatch: 64,
    }),
    commits: createBatcher<TurnCommit, CommitResult>({
      // A commit whose answer was lost gives the same answer again: its reply must not stay behind as `sending`.
      run: batch =>
        persist(() => store.commitTurns(batch), { clock, random, forMs: () => options.sendLeaseMs }),
      maxBatch: 64,
    }),
    releases: createBatcher<TurnRelease, ReleaseResult>({
      run: batch => store.releaseTurns(batch),
    }),
  }
}

function commitOf(
  claim: ClaimedTurn,
  answer: Answer | undefined,
  { channels, options, clock, generateId }: TurnDependencies,
): TurnCommit {
  const sendable = splitAnswer(
    answer,
    channels.get(claim.conversation.channel)?.maxTextLength,
    options.maxPieces,
  )
  return {
    conversationId: claim.conversationId,
    fence: claim.fence,
    version: claim.version,
    readTo: claim.readTo,
    acceptNewer: claim.voids >= options.maxVoids,
    replies: draftReplies(sendable, claim, clock.now(), options.quote, generateId),
    attempt: claim.attempt,
    claimedAt: claim.claimedAt,
    sendLeaseMs: options.sendLeaseMs,
    ...(answer?.model !== undefined && { model: answer.model }),
    ...(answer?.usage && { usage: answer.usage }),
    ...(claim.replayOf !== undefined && { replayOf: claim.replayOf }),
  }
}

/** For turns of a channel that this process does not have: another one may be quicker next time. */
const elsewhereMs = 5_000

/**
 * A turn that was taken away has not failed: it may run again at once, wherever the conversation is now. Nor has one
 * whose channel only other processes have, as while a new channel is rolled out.
 */
function releaseOf(
  claim: ClaimedTurn,
  error: unknown,
  interrupted: boolean,
  { channels, options, random }: TurnDependencies,
): TurnRelease {
  const elsewhere = !channels.has(claim.conversation.channel)
  const uncounted = interrupted || elsewhere
  const pauseMs = elsewhere
    ? Math.round(elsewhereMs * (0.5 + random() / 2))
    : backoffMs(claim.attempt, options.backoff, random())
  const retry = { retryInMs: interrupted ? 0 : pauseMs, ...(uncounted && { interrupted: true }) }
  return {
    conversationId: claim.conversationId,
    fence: claim.fence,
    readTo: claim.readTo,
    attempt: claim.attempt,
    claimedAt: claim.claimedAt,
    error: describeError(error),
    next: uncounted || claim.attempt < options.maxAttempts ? retry : 'park',
    ...(claim.replayOf !== undefined && { replayOf: claim.replayOf }),
  }
}
