import type { StoredEvent } from '../../vocabulary/index.js'
import { equal, kind, only, present } from '../assert.js'
import { randomNumbers } from '../random-numbers.js'
import { ana, ben, echoTo, editOf, eva, reactionOf, receiptOf, revokeOf, textOf, uniqueId } from './events.js'
import { ingestOptions, operatorMessage, type Scene, type StoreTests } from './scene.js'

/** The message of that provider id, with what amendments change. */
async function shown(scene: Scene, conversationId: string, providerId: string) {
  const messages = await scene.messages(conversationId)
  const { type, text, content, editedAt, original, revokedAt, reactions } = only(
    messages.filter(message => message.providerId === providerId),
    'messages of that provider id',
  )
  return { type, text, content, editedAt, original, revokedAt, reactions }
}

const plain = (text: string) => ({ text, content: { type: 'text', text } }) as const
const image = { type: 'image', media: { id: 'media-1' }, caption: 'a cat' } as const

/** A message with every kind of amendment, and what it must be in the end. */
function amendedStory(id: string) {
  const providerId = uniqueId('provider')
  const group = { chat: { kind: 'group', id } } as const
  const { emoji: _, ...takenBack } = reactionOf(ben, providerId, { ...group, sender: ben, sentAt: 7_000 })
  const events: readonly StoredEvent[] = [
    textOf(ana, 'first', { ...group, providerId, sender: ana, sentAt: 1_000 }),
    editOf(ana, providerId, 'second', { ...group, sender: ana, sentAt: 2_000 }),
    editOf(ana, providerId, 'third', { ...group, sender: ana, sentAt: 3_000 }),
    reactionOf(ben, providerId, { ...group, sender: ben, emoji: '👍', sentAt: 4_000 }),
    takenBack,
    reactionOf(eva, providerId, { ...group, sender: eva, emoji: '😮', sentAt: 6_000 }),
    reactionOf(eva, providerId, { ...group, sender: eva, emoji: '❤️', sentAt: 8_000 }),
    reactionOf(ana, providerId, { ...group, sender: ana, emoji: '🙈', sentAt: 5_000 }),
  ]
  const expected = {
    type: 'text',
    ...plain('third'),
    editedAt: 3_000,
    original: plain('first'),
    reactions: [
      { by: 'customer', name: 'Ana', emoji: '🙈' },
      { by: 'customer', name: 'Eva', emoji: '❤️' },
    ],
  }
  const revocation = revokeOf(ben, providerId, { ...group, sender: ben, sentAt: 9_000 })
  return { providerId, events, expected, revocation }
}

export const amendmentTests: StoreTests = {
  'stores what is about other messages, system messages and votes taken back without waking the bot':
    async scene => {
      const { conversationId } = await scene.hear(ana, 'hola')
      await scene.answer(await scene.claim(conversationId))
      const { emoji: _, ...takenBack } = reactionOf(ana, 'wamid.target')
      const events = [
        reactionOf(ana, 'wamid.target', { emoji: '🎉' }),
        takenBack,
        editOf(ana, 'wamid.target', 'better'),
        revokeOf(ana, 'wamid.target'),
        textOf(ana, '', { content: { type: 'system', text: 'Ana changed her number', event: 'number' } }),
        textOf(ana, '', { content: { type: 'vote', options: [] }, quotedId: 'wamid.target' }),
      ] as const
      for (const event of events) {
        const stored = await scene.tell(event)
        equal(stored.dueInMs, null, `when the conversation is due after a ${event.type}`)
        equal(stored.handoffChange, undefined, `the handoff after a ${event.type}`)
      }
      kind(await scene.tryClaim(conversationId), 'idle', 'the conversation')
      const lines = (await scene.messages(conversationId)).slice(1)
      equal(
        lines.map(({ type, text, quotedId, content }) => ({ type, text, quotedId, content })),
        [
          { type: 'reaction', text: '🎉', quotedId: 'wamid.target' },
          { type: 'reaction', quotedId: 'wamid.target' },
          {
            type: 'edit',
            text: 'better',
            quotedId: 'wamid.target',
            content: { type: 'text', text: 'better' },
          },
          { type: 'revoke', quotedId: 'wamid.target' },
          {
            type: 'system',
            text: 'Ana changed her number',
            content: { type: 'system', text: 'Ana changed her number', event: 'number' },
          },
          { type: 'vote', quotedId: 'wamid.target', content: { type: 'vote', options: [] } },
        ],
        'the lines',
      )
    },

  'shows a message as it was last edited, and keeps what it said at first': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'at noon', { providerId: 'wamid.1' }))
    await scene.tell(editOf(ana, 'wamid.1', 'at one', { sentAt: 2_000_000 }))
    const edited = { type: 'text', ...plain('at one'), editedAt: 2_000_000, original: plain('at noon') }
    equal(await shown(scene, conversationId, 'wamid.1'), edited, 'after an edit')
    await scene.tell(editOf(ana, 'wamid.1', 'at half past', { sentAt: 1_000_000 }))
    equal(await shown(scene, conversationId, 'wamid.1'), edited, 'after an edit that was made earlier')
  },

  'changes the caption of a file, which stays': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, '', { providerId: 'wamid.1', content: image }))
    await scene.tell(editOf(ana, 'wamid.1', 'a dog', { sentAt: 1_000 }))
    const dog = { ...image, caption: 'a dog' }
    const original = { text: 'a cat', content: image }
    equal(
      await shown(scene, conversationId, 'wamid.1'),
      { type: 'image', text: 'a dog', content: dog, editedAt: 1_000, original },
      'after an edit that is a text',
    )
    const { caption: _, ...bare } = image
    await scene.tell(editOf(ana, 'wamid.1', '', { content: { ...bare, media: {} }, sentAt: 2_000 }))
    equal(
      await shown(scene, conversationId, 'wamid.1'),
      { type: 'image', content: bare, editedAt: 2_000, original },
      'after an edit that takes the caption away',
    )
  },

  'gives nobody the words of a revoked message': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'my secret', { providerId: 'wamid.1' }))
    await scene.tell(editOf(ana, 'wamid.1', 'my dark secret'))
    await scene.tell(reactionOf(ana, 'wamid.1'))
    await scene.tell(revokeOf(ana, 'wamid.1', { sentAt: 3_000_000 }))
    const gone = { type: 'text', revokedAt: 3_000_000 }
    equal(await shown(scene, conversationId, 'wamid.1'), gone, 'after the revocation')
    await scene.tell(editOf(ana, 'wamid.1', 'a late secret'))
    await scene.tell(reactionOf(ana, 'wamid.1'))
    equal(await shown(scene, conversationId, 'wamid.1'), gone, 'after an edit of it')
    const { conversationId: other } = await scene.hear(ana, 'hello')
    equal(other, conversationId, 'the conversation')
    const turn = await scene.claim(conversationId)
    const everything = JSON.stringify([await scene.messages(conversationId), turn.burst, turn.history])
    equal(everything.includes('secret'), false, 'whether anything tells the secret')
    equal(
      turn.history.map(({ revokedAt }) => revokedAt),
      [3_000_000],
      'the history',
    )
  },

  'comes to the same in whatever order a message and its amendments arrive': async scene => {
    const random = randomNumbers(7)
    for (let round = 0; round < 12; round++) {
      const { providerId, events, expected, revocation } = amendedStory(uniqueId('group'))
      const revoked = round % 3 === 0
      const shuffled = [...events, ...(revoked ? [revocation] : [])]
        .map(event => ({ event, place: random.next() }))
        .sort((a, b) => a.place - b.place)
        .map(({ event }) => event)
      // In one call, in calls of their own, or in two.
      const size = random.pick([1, 4, shuffled.length])
      let conversationId = ''
      for (let start = 0; start < shuffled.length; start += size) {
        const results = await scene.store.ingest(shuffled.slice(start, start + size), ingestOptions)
        conversationId = kind(results[0], 'stored', 'each event').conversationId
      }
      const order = shuffled.map(({ type }) => type).join(', ')
      equal(
        await shown(scene, conversationId, providerId),
        revoked ? { type: 'text', revokedAt: 9_000 } : expected,
        `the message after ${order}, ${size} a call`,
      )
    }
  },

  'comes to the same when a message and its amendments race': async scene => {
    for (let round = 0; round < 10; round++) {
      const { providerId, events, expected } = amendedStory('group-1')
      const calls = events.map(event => scene.store.ingest([event], ingestOptions))
      const [first] = (await Promise.all(calls)).flat()
      const { conversationId } = kind(first, 'stored', 'the message')
      equal(await shown(scene, conversationId, providerId), expected, 'the message')
    }
  },

  'amends what operators wrote on the phone': async scene => {
    const { conversationId } = await scene.tell(echoTo(ana, 'we close', { providerId: 'wamid.echo' }))
    await scene.tell(editOf(ana, 'wamid.echo', 'we open', { author: 'operator', sentAt: 1_000 }))
    await scene.tell(reactionOf(ana, 'wamid.echo'))
    equal(
      await shown(scene, conversationId, 'wamid.echo'),
      {
        type: 'text',
        ...plain('we open'),
        editedAt: 1_000,
        original: plain('we close'),
        reactions: [{ by: 'customer', emoji: '👍' }],
      },
      'an edited echo',
    )
  },

  "amends the bot's messages, also before their provider ids are known": async scene => {
    for (const path of ['record', 'receipt'] as const) {
      const providerId = uniqueId('wamid')
      const item = await scene.converse(ana, 'we close')
      await scene.tell(editOf(ana, providerId, 'we open', { author: 'operator', sentAt: 1_000 }))
      await scene.tell(reactionOf(ana, providerId))
      if (path === 'record') await scene.record(item, { kind: 'sent', providerId })
      else await scene.ingest(receiptOf(providerId, 'sent', { outboundId: item.message.id }))
      const message = await scene.message(item)
      equal(
        [message.text, message.editedAt, message.original, message.reactions],
        ['we open', 1_000, plain('we close'), [{ by: 'customer', emoji: '👍' }]],
        `after its provider id came with a ${path}`,
      )
      await scene.record(item, { kind: 'sent', providerId })
      await scene.tell(revokeOf(ana, providerId, { author: 'operator', sentAt: 2_000 }))
      const { text, revokedAt, status } = await scene.message(item)
      equal([text, revokedAt, status], [undefined, 2_000, 'sent'], 'after its revocation')
    }
  },

  'amends no message of another conversation, and lets nobody edit what the other side wrote':
    async scene => {
      const { conversationId } = await scene.tell(textOf(ana, 'hello', { providerId: 'wamid.1' }))
      await scene.tell(editOf(ben, 'wamid.1', 'forged'))
      await scene.tell(revokeOf(ben, 'wamid.1'))
      await scene.tell(reactionOf(ben, 'wamid.1'))
      await scene.tell(editOf(ana, 'wamid.1', 'forged', { author: 'operator' }))
      equal(await shown(scene, conversationId, 'wamid.1'), { type: 'text', ...plain('hello') }, 'the message')
      const reaction = reactionOf(ana, 'wamid.1')
      await scene.tell(reaction)
      await scene.tell(editOf(ana, reaction.providerId, 'forged'))
      const about = await shown(scene, conversationId, reaction.providerId)
      equal(about, { type: 'reaction', text: '👍' }, 'an edited reaction')
    },

  'shows a reaction of ours from when it has been sent until it is known to have failed': async scene => {
    const { conversationId } = await scene.tell(textOf(ana, 'hello', { providerId: 'wamid.theirs' }))
    const reacting = (emoji?: string) =>
      ({
        id: uniqueId('reaction'),
        content: { type: 'reaction', targetId: 'wamid.theirs', ...(emoji !== undefined && { emoji }) },
        quote: { providerId: 'wamid.theirs', always: true, whenNewer: 0 },
      }) as const
    const reactions = async () => (await shown(scene, conversationId, 'wamid.theirs')).reactions
    const { send } = await scene.answer(await scene.claim(conversationId), reacting('👍'))
    const first = present(send, 'the reaction is given to be sent')
    equal(await reactions(), undefined, 'reactions while it is on its way')
    await scene.record(first, { kind: 'unknown', error: 'timeout' })
    equal(await reactions(), undefined, 'reactions while nobody knows')
    await scene.record(first, { kind: 'sent', providerId: 'wamid.ours' })
    equal(await reactions(), [{ by: 'bot', emoji: '👍' }], 'reactions once it is sent')
    await scene.tell(reactionOf(ana, 'wamid.theirs'))
    equal((await reactions())?.length, 2, 'reactions of both sides')
    const fromPerson = operatorMessage('', {
      content: { type: 'reaction', targetId: 'wamid.theirs', emoji: '❤️' },
      quotedId: 'wamid.theirs',
    })
    const written = await scene.store.addOperatorMessage({ conversationId }, fromPerson)
    await scene.advance(5)
    await scene.record(present(written?.send, "the operator's reaction"), {
      kind: 'sent',
      providerId: 'wamid.next',
    })
    const ours = async () => (await reactions())?.filter(({ by }) => by !== 'customer')
    equal(await ours(), [{ by: 'operator', emoji: '❤️' }], 'the one reaction of our account')
    await scene.ingest(receiptOf('wamid.next', 'failed'))
    equal(await ours(), [{ by: 'bot', emoji: '👍' }], 'reactions after one failed')
  },

  'amends what was said before we were connected': async scene => {
    const { conversationId } = await scene.tell(reactionOf(ana, 'wamid.old'))
    await scene.tell(textOf(ana, 'old', { providerId: 'wamid.old', history: true, sentAt: 1_000 }))
    const { reactions } = await shown(scene, conversationId, 'wamid.old')
    equal(present(reactions, 'reactions').length, 1, 'reactions')
    kind(await scene.tryClaim(conversationId), 'idle', 'the conversation')
  },
}
