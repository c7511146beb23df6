import type { IngestEvent } from '../../../ports/index.js'
import { ContractFailure, equal, kind } from '../../assert.js'
import { type RandomNumbers, randomNumbers } from '../../random-numbers.js'
import { ana, ben, eva, textOf } from '../events.js'
import { claimOptions, ingestOptions, type Scene, type StoreTests, texts } from '../scene.js'
import { createStory, finish, happenings } from './story.js'

export interface RandomOptions {
  /** Repeats the story of a failure. Default: another one each time. */
  readonly seed?: number
  /** How long each random story is. Default 400. */
  readonly steps?: number
}

async function tell(scene: Scene, random: RandomNumbers, steps: number, path: string[]): Promise<void> {
  const story = createStory(scene, random)
  const choices = happenings.flatMap(happening => Array.from({ length: happening[0] }, () => happening))
  for (let step = 1; step <= steps; step++) {
    const [, name, happen] = random.pick(choices)
    path.push(`${step} ${name}`)
    await happen(story)
  }
  path.push('the end')
  await finish(story)
}

/** Runs a random test so that its failure says how to repeat it. */
async function repeatably(seed: number, test: (random: RandomNumbers, path: string[]) => Promise<void>) {
  const path: string[] = []
  try {
    await test(randomNumbers(seed), path)
  } catch (error) {
    const last = path.slice(-8).join(', ')
    const message = error instanceof Error ? error.message : String(error)
    const hint = `(repeat it with { seed: ${seed} }; the last steps: ${last})`
    const { actual, expected } = error instanceof ContractFailure ? error : {}
    throw new ContractFailure(`${message} ${hint}`, actual, expected)
  }
}

const workers = 4
const perPerson = 40

/** Messages of three people, each delivered twice, in random order. */
function deliveries(random: RandomNumbers): IngestEvent[] {
  const events = [ana, ben, eva].flatMap(person =>
    Array.from({ length: perPerson }, (_, index) => textOf(person, `${person.name} ${index}`)),
  )
  return [...events, ...events]
    .map(event => ({ event, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ event }) => event)
}

/** Workers and webhooks at the same time: each message is stored once and answered once. */
async function rush(scene: Scene, random: RandomNumbers): Promise<void> {
  const waiting = deliveries(random)
  const conversationIds = new Set<string>()
  const answered: (string | undefined)[] = []

  async function deliver(): Promise<void> {
    while (waiting.length > 0) {
      const events = waiting.splice(0, 1 + random.integer(5))
      for (const result of await scene.store.ingest(events, ingestOptions)) {
        if (result.kind === 'stored') conversationIds.add(result.conversationId)
      }
    }
  }
  async function answer(): Promise<number> {
    const results = await scene.store.claimTurns([...conversationIds], { ...claimOptions, maxBurst: 7 })
    let committed = 0
    for (const turn of results) {
      if (turn.kind !== 'claimed') continue
      const result = await scene.commit(turn, ['reply'], { acceptNewer: random.chance(0.5) })
      if (result.kind !== 'committed') continue
      answered.push(...texts(turn.burst))
      committed += 1
    }
    return committed
  }
  async function work(): Promise<void> {
    while (waiting.length > 0) {
      // A store may answer for no conversations at once: without a pause its other answers would never get in.
      if (conversationIds.size === 0) await scene.advance(1)
      else await answer()
    }
  }

  await Promise.all([...Array.from({ length: 3 }, deliver), ...Array.from({ length: workers }, work)])
  while ((await Promise.all(Array.from({ length: workers }, answer))).some(committed => committed > 0));
  const expected = [ana, ben, eva].flatMap(({ name }) =>
    Array.from({ length: perPerson }, (_, index) => `${name} ${index}`),
  )
  equal([...answered].sort(), expected.sort(), 'the messages that were answered, each once')
  for (const id of conversationIds) {
    kind(await scene.tryClaim(id), 'idle', 'each conversation in the end')
    const heard = (await scene.messages(id)).filter(({ direction }) => direction === 'inbound')
    equal(heard.length, perPerson, 'messages of each person')
  }
}

export function randomTests({ seed, steps = 400 }: RandomOptions): StoreTests {
  const seeds = [0, 1, 2].map(index => (seed ?? Math.floor(Math.random() * 2 ** 32)) + index)
  const stories = seeds.map(
    (storySeed, index) =>
      [
        `keeps every promise through random story ${index + 1}`,
        (scene: Scene) => repeatably(storySeed, (random, path) => tell(scene, random, steps, path)),
      ] as const,
  )
  return {
    ...Object.fromEntries(stories),
    'answers each message once when everybody comes at once': scene =>
      repeatably(seeds[0] ?? 0, random => rush(scene, random)),
  }
}
