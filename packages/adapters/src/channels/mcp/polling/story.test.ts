import type { ChannelEvent, InboundMessage } from '@switchboard/core'
import fc from 'fast-check'
import { test } from 'vitest'
import type { McpChannel } from '../index.js'
import { makeScene, messagesIn, poll } from './scene.test.support.js'

type Scene = Awaited<ReturnType<typeof makeScene>>

const chats = ['15550001111@s.whatsapp.net', '15550002222@s.whatsapp.net', '15550003333@s.whatsapp.net']
/** Few words, so that people and bot say the same. */
const words = ['Noted.', 'Yes', 'Hello']

const where = { chat: fc.constantFrom(...chats), text: fc.constantFrom(...words) }
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('arrives' as const), ...where }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('sends' as const), ...where }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('types' as const), ...where }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('polls' as const), commits: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('dies' as const),
      ms: fc.integer({ min: 1_000, max: 1_200_000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('passes' as const),
      ms: fc.integer({ min: 1_000, max: 15_000 }),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never

const server = fc.record({ namesSends: fc.boolean(), hasIds: fc.boolean(), wholeSeconds: fc.boolean() })

/** One line of the truth: who wrote it, and whether it is certain that nobody could take it for the bot's. */
interface Truth {
  readonly author: 'customer' | 'operator' | 'bot'
  readonly chat: string
  readonly text: string
  readonly at: number
}

async function play(scene: Scene, steps: readonly Step[]) {
  const truth: Truth[] = []
  const stored = new Map<string, InboundMessage>()
  let channel: McpChannel = scene.start()
  let cursor: string | undefined
  let committed = scene.now()
  // Whole seconds apart, since a server without ids cannot tell equal words of one second apart.
  const tick = () => scene.pass(1_000)

  const commit = (events: readonly ChannelEvent[]) => {
    for (const event of messagesIn(events))
      if (!stored.has(event.providerId)) stored.set(event.providerId, event)
  }
  const pollOnce = async (commits: boolean) => {
    const polled = await poll(channel, cursor)
    if (!commits) return
    commit(polled.events)
    cursor = polled.cursor
    committed = scene.now()
  }
  await pollOnce(true)
  for (const each of steps) {
    tick()
    // A process that lives polls, and its store takes what it finds or gives it nothing to send.
    if (scene.now() - committed > 20_000) await pollOnce(true)
    switch (each.act) {
      case 'arrives':
      case 'types':
        scene[each.act === 'arrives' ? 'arrives' : 'typed'](each.text, each.chat)
        truth.push({
          author: each.act === 'arrives' ? 'customer' : 'operator',
          chat: each.chat,
          text: each.text,
          at: scene.now(),
        })
        break
      case 'sends':
        await channel.send(scene.outbound(each.text, `+${each.chat.split('@')[0]}`))
        truth.push({ author: 'bot', chat: each.chat, text: each.text, at: scene.now() })
        break
      case 'polls':
        await pollOnce(each.commits)
        break
      case 'dies':
        scene.pass(each.ms)
        channel = scene.start()
        await pollOnce(true)
        break
      case 'passes':
        scene.pass(each.ms)
    }
  }
  await pollOnce(true)
  return { truth, stored: [...stored.values()] }
}

/** What the store would hold is compared with what was said. */
function check({ truth, stored }: Awaited<ReturnType<typeof play>>): void {
  const key = (chat: string, text: string, at: number) => `${chat} ${text} ${Math.floor(at / 1000)}`
  const told = new Map(stored.map(event => [keyOfEvent(event), event]))
  for (const { author, chat, text, at } of truth) {
    const event = told.get(key(chat, text, at))
    const line = `${author} in ${chat} at ${new Date(at).toISOString()}: ${text}`
    if (author === 'customer' && (event?.author !== 'customer' || event.history))
      throw new Error(`lost: ${line}`)
    if (author === 'operator' && event?.author !== 'operator') throw new Error(`a person overlooked: ${line}`)
    if (author === 'bot' && event && !event.history) throw new Error(`taken for a ${event.author}: ${line}`)
    if (author === 'bot' && event?.author === 'customer') throw new Error(`answered itself: ${line}`)
  }
  if (stored.length > truth.length) throw new Error(`${stored.length} messages of ${truth.length}`)

  function keyOfEvent(event: InboundMessage): string {
    const { chat, content, sentAt } = event
    const id =
      chat.kind === 'direct' ? `${chat.person.identities[0]?.value.slice(1)}@s.whatsapp.net` : chat.id
    return key(id, content.type === 'text' ? content.text : '', sentAt ?? 0)
  }
}

test('whatever happens, in whatever order: nobody is overlooked, and nothing of ours is anybody’s', async () => {
  await fc.assert(
    fc.asyncProperty(server, fc.array(step, { maxLength: 40 }), async (kind, steps) => {
      const scene = await makeScene()
      Object.assign(scene.phone.state, kind)
      check(await play(scene, steps))
    }),
    { numRuns: 20, endOnFailure: true },
  )
}, 60_000)
