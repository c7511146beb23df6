import { SwitchboardError } from '../../errors.js'
import type { Content } from '../../vocabulary/index.js'
import { between, equal, kind, ok, only, rejection } from '../assert.js'
import { account, ana, ben, channel, echoTo, phone, textOf, uniqueId } from './events.js'
import { claimOptions, ingestOptions, type StoreTests, texts } from './scene.js'

export const inboxTests: StoreTests = {
  'stores a message with everything that it said': async scene => {
    const event = textOf(ana, 'hola', { sentAt: 1_700_000_000_000, quotedId: 'wamid.before', raw: { a: 1 } })
    const stored = await scene.tell(event)
    const message = only(await scene.messages(stored.conversationId), 'messages of the conversation')
    equal(message.id, stored.messageId, 'the id of the result is the id of the message')
    equal(message.conversationId, stored.conversationId, 'the conversation of the message')
    ok(Number.isSafeInteger(message.position), 'the position is an exact number')
    ok(message.receivedAt > 0, 'the time of the commit is kept')
    between(message.position / 1000 - message.receivedAt, -1, 1, 'the position is the commit in microseconds')
    const { id: _, conversationId: __, position: ___, receivedAt: ____, ...said } = message
    equal(
      said,
      {
        direction: 'inbound',
        author: 'customer',
        type: 'text',
        text: 'hola',
        content: { type: 'text', text: 'hola' },
        providerId: event.providerId,
        quotedId: 'wamid.before',
        sentAt: 1_700_000_000_000,
      },
      'the message',
    )
  },

  'stores a message that is delivered five times once': async scene => {
    const event = textOf(ana, 'hola')
    const { conversationId } = await scene.tell(event)
    for (let delivery = 2; delivery <= 5; delivery++) {
      equal(await scene.ingest(event), { kind: 'duplicate' }, `delivery ${delivery}`)
    }
    equal(texts(await scene.messages(conversationId)), ['hola'], 'the messages')
  },

  'stores a message that is twice in one call once': async scene => {
    const event = textOf(ana, 'hola')
    const results = await scene.store.ingest([event, textOf(ana, 'two'), event], ingestOptions)
    equal(
      results.map(result => result.kind),
      ['stored', 'stored', 'duplicate'],
      'the results, in the order of the events',
    )
    const { conversationId } = kind(results[0], 'stored', 'the first')
    equal(texts(await scene.messages(conversationId)), ['hola', 'two'], 'the messages')
  },

  'stores a message once when its deliveries race': async scene => {
    const event = textOf(ana, 'hola')
    const results = await Promise.all(Array.from({ length: 8 }, () => scene.ingest(event)))
    const kinds = results.map(result => result.kind)
    equal(kinds.filter(name => name === 'stored').length, 1, 'deliveries that were stored')
    equal(kinds.filter(name => name === 'duplicate').length, 7, 'deliveries that were duplicates')
  },

  'tells messages apart by channel and account as well as by provider id': async scene => {
    const providerId = uniqueId('provider')
    await scene.tell(textOf(ana, 'one', { providerId }))
    await scene.tell(textOf(ana, 'two', { providerId, account: 'account-2' }))
    await scene.tell(textOf(ana, 'three', { providerId, channel: 'other-channel' }))
    equal(await scene.ingest(textOf(ben, 'four', { providerId })), { kind: 'duplicate' }, 'the same key')
  },

  'changes nothing at all for a duplicate': async scene => {
    const event = textOf(ana, 'hola')
    const { conversationId } = await scene.tell(event)
    const turn = await scene.claim(conversationId)
    await scene.answer(turn, 'hi')
    const before = await scene.store.findConversation({ conversationId })
    const [identity] = ana.identities
    const stranger = { kind: 'lid', value: 'new@lid' } as const
    const identities = identity ? [stranger, identity] : []
    await scene.ingest({ ...event, chat: { kind: 'direct', person: { identities, name: 'Other' } } })
    equal(await scene.store.findConversation({ conversationId }), before, 'the conversation')
    equal(
      await scene.store.findConversation({ channel, account, peer: stranger }),
      undefined,
      'an identity that only a duplicate named',
    )
    await scene.ingest({ ...event, chat: { kind: 'direct', person: ben } })
    equal((await scene.store.listConversations()).length, 1, 'conversations')
    kind(await scene.tryClaim(conversationId), 'idle', 'an answered conversation after duplicates')
  },

  'gives messages positions that grow with the commits': async scene => {
    const { conversationId } = await scene.hear(ana, 'm0')
    await scene.store.ingest([textOf(ana, 'm1'), textOf(ana, 'm2'), textOf(ana, 'm3')], ingestOptions)
    await scene.hear(ana, 'm4')
    const messages = await scene.messages(conversationId)
    equal(texts(messages), ['m0', 'm1', 'm2', 'm3', 'm4'], 'the messages in the order of their commits')
    const positions = messages.map(message => message.position)
    equal(
      positions,
      [...new Set(positions)].sort((a, b) => a - b),
      'the positions',
    )
  },

  'sorts a backfill among the old messages and never answers it': async scene => {
    const { conversationId, dueInMs } = await scene.tell(
      textOf(ana, 'old 2', { history: true, sentAt: 2_000_000 }),
    )
    equal(dueInMs, null, 'when a backfilled message is due')
    await scene.hear(ana, 'live')
    await scene.tell(textOf(ana, 'old 1', { history: true, sentAt: 1_000_000 }))
    await scene.tell(textOf(ana, 'old 2b', { history: true, sentAt: 2_000_000 }))
    await scene.tell(textOf(ana, 'old 2c', { history: true, sentAt: 2_000_000 }))
    await scene.tell(echoTo(ana, 'old 3', { history: true, sentAt: 3_000_000 }))
    const turn = await scene.claim(conversationId)
    equal(texts(turn.burst), ['live'], 'the burst')
    const messages = await scene.messages(conversationId)
    equal(texts(messages), ['old 1', 'old 2', 'old 2b', 'old 2c', 'old 3', 'live'], 'the messages')
    equal(new Set(messages.map(message => message.position)).size, 6, 'different positions')
    equal(turn.conversation.handoff, 'bot', 'who speaks after an operator message of a backfill')
    kind(await scene.commit(turn, ['answer']), 'committed', 'a commit during which a backfill came')
  },

  'never lets a backfill pass for something newer than now': async scene => {
    const { conversationId } = await scene.tell(
      textOf(ana, 'from the future', { history: true, sentAt: 32_503_680_000_000 }),
    )
    await scene.tell(textOf(ana, 'without time', { history: true }))
    await scene.hear(ana, 'live')
    equal(texts(await scene.messages(conversationId)).at(-1), 'live', 'the newest message')
  },

  'finds a place for each line of a backfill whose times cannot be right': async scene => {
    const future = 32_503_680_000_000
    const times = [undefined, future, future + 1, Number.MAX_VALUE]
    const results = await scene.store.ingest(
      times.map(time =>
        textOf(ana, String(time), { history: true, ...(time !== undefined && { sentAt: time }) }),
      ),
      ingestOptions,
    )
    const { conversationId } = kind(results[0], 'stored', 'the first line')
    const messages = await scene.messages(conversationId)
    equal(texts(messages), times.map(String), 'the messages')
    equal(new Set(messages.map(message => message.position)).size, times.length, 'different positions')
  },

  'stores all events of a call or none': async scene => {
    const good = textOf(ana, 'good')
    const nobody = textOf({ identities: [] }, 'from nobody')
    const tooLong = textOf(ben, 'too long', { providerId: 'x'.repeat(513) })
    const tooFar = textOf({ identities: [phone(`+${'1'.repeat(512)}`)] }, 'too far')
    for (const bad of [nobody, tooLong, tooFar]) {
      const error = await rejection(
        scene.store.ingest([good, bad, textOf(ben, 'x')], ingestOptions),
        'a bad event',
      )
      ok(
        SwitchboardError.is(error) && error.code === 'store_data',
        `the error blames the data: ${String(error)}`,
      )
      equal(await scene.store.listConversations(), [], 'conversations after a refused call')
    }
    await scene.tell(good)
  },

  "stores a message with the provider's own object and without it": async scene => {
    for (const keepRaw of [true, false]) {
      const event = textOf(ana, 'hola', { raw: { keepRaw, list: [1, null, 'ñ'] } })
      const { conversationId } = await scene.tell(event, { keepRaw })
      equal((await scene.messages(conversationId)).at(-1)?.text, 'hola', `a message with keepRaw ${keepRaw}`)
    }
  },

  "stores a message without the provider's own object when that cannot be written": async scene => {
    const circular: { self?: unknown } = {}
    circular.self = circular
    for (const raw of [JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)), circular, { big: 1n }]) {
      const { conversationId } = await scene.tell(textOf(ana, 'hola', { raw }), { keepRaw: true })
      equal((await scene.messages(conversationId)).at(-1)?.text, 'hola', 'the message')
    }
  },

  'stores ids of 512 characters': async scene => {
    const pseudoRandom = Array.from({ length: 512 }, (_, index) => ((index * 7919) % 36).toString(36)).join(
      '',
    )
    const event = textOf({ identities: [{ kind: 'lid', value: pseudoRandom }] }, 'hola', {
      providerId: pseudoRandom,
    })
    const { conversationId } = await scene.tell(event)
    equal(await scene.ingest(event), { kind: 'duplicate' }, 'the same again')
    const other = { ...event, providerId: `${pseudoRandom.slice(1)}!` }
    equal((await scene.tell(other)).conversationId, conversationId, 'the conversation of another message')
  },

  'keeps every kind of content as it came': async scene => {
    const media = { id: 'media-1', mimeType: 'image/jpeg', sha256: 'abc', filename: 'a.jpg' }
    const contents: readonly (readonly [Content, string | undefined])[] = [
      [{ type: 'image', media, caption: 'look' }, 'look'],
      [{ type: 'voice', media }, undefined],
      [{ type: 'location', latitude: 41.5, longitude: -2.25, name: 'Soria' }, 'Soria'],
      [
        { type: 'contacts', contacts: [{ name: 'Luz', phones: ['+341'] }, { phones: ['+342'] }] },
        'Luz, +342',
      ],
      [{ type: 'button', text: 'Yes', payload: 'YES' }, 'Yes'],
      [{ type: 'form', name: 'flow', data: { nested: [1, null, { deep: true }] } }, undefined],
      [{ type: 'order', text: 'please', items: [{ productId: 'p', quantity: 2, price: 1.5 }] }, 'please'],
      [{ type: 'unsupported', kind: 'poll', reason: 'unknown' }, undefined],
    ]
    const events = contents.map(([content]) => textOf(ana, '', { content }))
    const results = await scene.store.ingest(events, ingestOptions)
    const messages = await scene.messages(kind(results[0], 'stored', 'the first').conversationId)
    for (const [index, [content, text]] of contents.entries()) {
      const message = messages[index]
      equal(message?.content, content, `the content of a ${content.type}`)
      equal(message?.type, content.type, 'its type')
      if (content.type !== 'form') equal(message?.text, text, `the words of a ${content.type}`)
    }
  },

  'stores ten thousand events of one call': async scene => {
    const people = Array.from({ length: 100 }, (_, index) => ({
      identities: [phone(`+3460100${1000 + index}`)],
    }))
    const events = Array.from({ length: 10_000 }, (_, index) =>
      textOf(people[index % 100] ?? ana, `message ${index}`),
    )
    const results = await scene.store.ingest(events, ingestOptions)
    equal(results.length, 10_000, 'results')
    const conversationIds = new Set(
      results.map(result => kind(result, 'stored', 'each event').conversationId),
    )
    equal(conversationIds.size, 100, 'conversations')
    const options = { ...claimOptions, maxBurst: 1000 }
    const turns = await scene.store.claimTurns([...conversationIds], options)
    const bursts = turns.map(turn => kind(turn, 'claimed', 'each conversation').burst.length)
    equal([...new Set(bursts)], [100], 'messages of each burst')
  },

  'keeps what it gave away out of reach': async scene => {
    const event = textOf(ana, 'hola', { content: { type: 'form', data: { list: ['a'] } } })
    const { conversationId } = await scene.tell(event)
    const before = JSON.stringify(await scene.messages(conversationId))
    const [given] = await scene.messages(conversationId)
    const data = given?.content?.type === 'form' ? given.content.data : undefined
    Object.assign(data ?? {}, { list: 'spoiled' })
    if (event.content.type === 'form') Object.assign(event.content.data ?? {}, { list: 'spoiled too' })
    equal(JSON.stringify(await scene.messages(conversationId)), before, 'the messages')
    const conversation = await scene.store.findConversation({ conversationId })
    Object.assign(conversation ?? {}, { handoff: 'human' })
    Object.assign(conversation?.peer ?? {}, { value: '+1' })
    const again = await scene.claim(conversationId)
    equal(
      [again.conversation.handoff, again.conversation.peer],
      ['bot', ana.identities[0]],
      'the conversation',
    )
  },

  'keeps conversations apart': async scene => {
    const { conversationId: anas } = await scene.hear(ana, 'from Ana')
    const turn = await scene.claim(anas)
    const { conversationId: bens } = await scene.hear(ben, 'from Ben')
    await scene.tell(echoTo(ben, 'from the phone'))
    kind(await scene.commit(turn, ['to Ana']), 'committed', "Ana's turn while Ben's chat changed hands")
    kind(await scene.tryClaim(bens), 'idle', "Ben's chat")
    equal(texts(await scene.messages(anas)), ['from Ana', 'to Ana'], "Ana's messages")
    equal(texts(await scene.messages(bens)), ['from Ben', 'from the phone'], "Ben's messages")
  },
}
