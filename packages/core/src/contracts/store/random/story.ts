import type { ClaimedTurn, IngestEvent, OutboxItem, SendRecord } from '../../../ports/index.js'
import { equal, kind, ok, present } from '../../assert.js'
import type { RandomNumbers } from '../../random-numbers.js'
import { receiptOf } from '../events.js'
import { claimOptions, hourMs, type Scene } from '../scene.js'
import { type AnswerModel, answerModel } from './answers.js'
import { amend, identify, ingest, introduceAll, type Said, silence } from './hearing.js'
import { type OutgoingModel, outgoingModel } from './outgoing.js'
import { type PeopleModel, peopleModel } from './people.js'

const maxBurst = 4

/** A random life of one store, with what must be true of it. */
export interface Story {
  readonly scene: Scene
  readonly random: RandomNumbers
  readonly answers: AnswerModel
  readonly outgoing: OutgoingModel
  readonly people: PeopleModel
  /** Turns that a worker believes to have, also when it has lost them. */
  readonly held: ClaimedTurn[]
  /** Sends whose answer has not been recorded. */
  readonly flying: OutboxItem[]
  readonly told: IngestEvent[]
  readonly said: Said[]
  nextId(prefix: string): string
}

export function createStory(scene: Scene, random: RandomNumbers): Story {
  const answers = answerModel()
  const outgoing = outgoingModel(conversationId => answers.handoffOf(conversationId) === 'bot')
  let lastId = 0
  const nextId = (prefix: string) => `${prefix}-${++lastId}`
  const people = peopleModel(random, nextId)
  return { scene, random, answers, outgoing, people, held: [], flying: [], told: [], said: [], nextId }
}

async function claim(story: Story): Promise<void> {
  const { random, scene, answers, held } = story
  const ids = answers.conversationIds().filter(() => random.chance(0.6))
  const crashes = random.chance(0.15)
  const options = { ...claimOptions, maxBurst, maxAttempts: 2, leaseMs: crashes ? 30 : hourMs }
  for (const result of await scene.store.claimTurns(ids, options)) {
    answers.claimed(result, maxBurst)
    if (result.kind !== 'claimed') continue
    held.push(result)
    if (crashes) answers.ended(result)
  }
  if (crashes) await scene.advance(50)
}

async function endTurn(story: Story): Promise<void> {
  const { random, held, answers } = story
  if (held.length === 0) return
  const turn = random.pick(held)
  // Some workers do not know that they are done, and try again later.
  if (random.chance(0.7)) held.splice(held.indexOf(turn), 1)
  if (random.chance(0.7)) {
    await commit(story, turn, random.integer(4), random.chance(0.3))
    return
  }
  const next = random.chance(0.4) ? ('park' as const) : { retryInMs: random.pick([0, 20]) }
  const result = await story.scene.release(turn, next)
  equal(result.kind !== 'lost', answers.isCurrent(turn), 'whether a release counts')
  if (result.kind === 'parked') answers.parked(turn, result.turnId)
  answers.ended(turn)
}

async function commit(story: Story, turn: ClaimedTurn, count: number, acceptNewer: boolean): Promise<void> {
  const { scene, answers, outgoing, flying, nextId, random } = story
  const ids = Array.from({ length: count }, () => nextId('outbound'))
  const replies = ids.map(id => ({ id, content: { type: 'text', text: id } as const }))
  const sendLeaseMs = random.chance(0.2) ? 30 : 60_000
  const busy = outgoing.isBusy(turn.conversationId)
  const result = await scene.commit(turn, replies, { acceptNewer, sendLeaseMs })
  answers.committed(turn, result, acceptNewer)
  if (result.kind !== 'committed') return
  const { conversationId } = turn
  equal(answers.handoffOf(conversationId), 'bot', 'who speaks when a reply is committed')
  for (const id of ids) outgoing.add({ id, conversationId, author: 'bot', turn: result.turnId + turn.fence })
  equal(result.send !== undefined, count > 0 && !busy, 'whether the first reply leaves at once')
  if (result.send) {
    outgoing.given(result.send)
    flying.push(result.send)
  }
  if (count > 0 && random.chance(0.2)) {
    const repeated = await scene.commit(turn, replies, { acceptNewer, sendLeaseMs })
    equal(repeated, result, 'a commit that is repeated because its answer got lost')
  }
}

async function record(story: Story, item: OutboxItem, outcome: SendRecord['outcome']): Promise<boolean> {
  const result = await story.scene.record(item, outcome)
  story.outgoing.recorded(item, outcome, result)
  if (result.next) story.flying.push(result.next)
  if (story.random.chance(0.2)) {
    const repeated = await story.scene.record(item, outcome)
    equal(repeated, result, 'a record that is repeated because its answer got lost')
  }
  return result.next !== undefined
}

async function recordAny(story: Story): Promise<void> {
  const { random, flying } = story
  if (flying.length === 0) return
  const item = random.pick(flying)
  const providerId = `wamid-${item.message.id}`
  const outcomes: readonly SendRecord['outcome'][] = [
    { kind: 'sent', providerId },
    { kind: 'sent', providerId },
    { kind: 'parked', reason: 'window', error: 'closed' },
    { kind: 'deferred', afterMs: random.pick([0, 20]) },
    { kind: 'retry', afterMs: random.pick([0, 20]), error: 'try again' },
    { kind: 'failed', error: 'refused' },
    { kind: 'unknown', error: 'no answer' },
  ]
  const followed = await record(story, item, random.pick(outcomes))
  // Some senders hear of a better answer later. Whoever was given the next message has heard this one.
  if (followed || random.chance(0.85)) flying.splice(flying.indexOf(item), 1)
}

async function receive({ random, outgoing, scene }: Story): Promise<void> {
  // A receipt of a message that never left would be a lie of the provider.
  const left = outgoing.all.filter(message => message.attempt > 0)
  if (left.length === 0) return
  const message = random.pick(left)
  const byOurId = random.chance(0.5)
  const statuses = ['sent', 'delivered', 'read', ...(byOurId ? ['failed' as const] : [])] as const
  const status = random.pick(statuses)
  const before = message.status
  const waits = !byOurId && !message.providerIdKnown
  const event = receiptOf(message.providerId, status, byOurId ? { outboundId: message.id } : {})
  const result = kind(await scene.ingest(event), 'status', 'a receipt')
  outgoing.received(message, status, byOurId)
  if (waits)
    equal(result, { kind: 'status', advanced: false }, 'a receipt of a message that is not known yet')
  else if (message.status === before) equal(result.advanced, false, 'whether a receipt moved its message')
}

async function speakAsOperator(story: Story): Promise<void> {
  const { random, scene, answers, outgoing, flying, nextId } = story
  const ids = answers.conversationIds()
  if (ids.length === 0) return
  const conversationId = random.pick(ids)
  const id = nextId('operator')
  const request = {
    id,
    content: { type: 'text', text: id },
    handoffIdleMs: random.pick([30, hourMs]),
    sendLeaseMs: 60_000,
  } as const
  const { send, handoffChange } = present(
    await scene.store.addOperatorMessage({ conversationId }, request),
    'the result of an operator message',
  )
  answers.changed(handoffChange)
  silence(story, conversationId)
  const busy = outgoing.isBusy(conversationId)
  outgoing.add({ id, conversationId, author: 'operator', turn: id })
  equal(send !== undefined, !busy, "whether an operator's message leaves at once")
  if (!send) return
  outgoing.given(send)
  flying.push(send)
}

async function setHandoff(story: Story): Promise<void> {
  const { random, scene, answers } = story
  const ids = answers.conversationIds()
  if (ids.length === 0) return
  const conversationId = random.pick(ids)
  const state = random.pick(['bot', 'bot', 'bot', 'requested', 'human'] as const)
  const handoffIdleMs = random.pick([30, hourMs])
  const result = await scene.store.setHandoff({ conversationId }, { state, handoffIdleMs })
  answers.changed(result?.change)
  silence(story, conversationId)
  equal(result?.conversation.handoff, answers.handoffOf(conversationId), 'who speaks after a request')
}

async function sweep({ scene, answers, outgoing }: Story): Promise<void> {
  const { unknown, handedBack } = await scene.store.sweep({ limit: 100, horizonMs: 0 })
  for (const { messageId } of unknown) outgoing.ranOut(messageId)
  for (const change of handedBack) answers.changed(change)
}

async function claimSends({ scene, outgoing, flying }: Story): Promise<void> {
  for (const item of await scene.claimSends()) {
    outgoing.given(item)
    flying.push(item)
  }
}

async function replay({ random, scene, answers }: Story): Promise<void> {
  const parked = answers.parkedTurns()
  if (parked.length === 0) return
  const turnId = random.pick(parked)
  ok(await scene.store.replayTurn(turnId), 'a parked turn can be replayed')
  answers.replayed(turnId)
}

async function renew({ scene, held, answers }: Story): Promise<void> {
  const expected = held.filter(turn => answers.isCurrent(turn))
  const renewed = await scene.store.renewLeases(held, hourMs)
  equal(
    renewed.map(({ fence }) => fence),
    expected.map(({ fence }) => fence),
    'leases that still hold',
  )
}

async function compare({ scene, answers, outgoing, people }: Story): Promise<void> {
  for (const conversationId of answers.conversationIds()) {
    const messages = await scene.messages(conversationId)
    outgoing.compare(messages)
    const positions = messages.map(({ position }) => position)
    equal(new Set(positions).size, positions.length, 'different positions')
    const conversation = await scene.store.findConversation({ conversationId })
    equal(conversation?.handoff, answers.handoffOf(conversationId), 'who speaks')
  }
  await people.compare(scene)
}

/** What can happen, each as often as it is listed. */
export const happenings: readonly (readonly [number, string, (story: Story) => Promise<void>])[] = [
  [9, 'ingest', ingest],
  [3, 'amend', amend],
  [1, 'identify', identify],
  [6, 'claim', claim],
  [7, 'end a turn', endTurn],
  [8, 'record a send', recordAny],
  [3, 'receipt', receive],
  [1, 'operator', speakAsOperator],
  [1, 'handoff', setHandoff],
  [1, 'sweep', sweep],
  [2, 'claim sends', claimSends],
  [1, 'replay', replay],
  [1, 'renew', renew],
  [1, 'compare', compare],
  [1, 'time', ({ scene }) => scene.advance(40)],
]

/** Lets everything that is under way come to its end, and checks that nothing is left. */
export async function finish(story: Story): Promise<void> {
  const { scene, answers, held, flying } = story
  await introduceAll(story)
  for (const conversationId of answers.conversationIds()) {
    const result = await scene.store.setHandoff({ conversationId }, { state: 'bot', handoffIdleMs: null })
    answers.changed(result?.change)
  }
  for (const turn of held.splice(0)) {
    await scene.release(turn, { retryInMs: 0 })
    answers.ended(turn)
  }
  for (let round = 0; round < 200; round++) {
    await scene.advance(50)
    await sweep(story)
    await claimSends(story)
    for (const item of flying.splice(0)) {
      await record(story, item, { kind: 'sent', providerId: `wamid-${item.message.id}` })
    }
    await claim(story)
    for (const turn of held.splice(0)) await commit(story, turn, 1, true)
    const { due, nextSendInMs } = await scene.store.sweep({ limit: 1, horizonMs: hourMs })
    if (due.length === 0 && nextSendInMs === null && flying.length === 0) break
  }
  answers.finish()
  await compare(story)
}
