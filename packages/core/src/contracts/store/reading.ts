import { equal, ok, present } from '../assert.js'
import { account, ana, ben, bsuid, channel, eva, phone, textOf } from './events.js'
import { hourMs, ingestOptions, type StoreTests, texts } from './scene.js'

export const readingTests: StoreTests = {
  'pages through messages, newest page first, each page oldest first': async scene => {
    const events = Array.from({ length: 60 }, (_, index) => textOf(ana, `${index + 1}`))
    await scene.store.ingest(events, ingestOptions)
    const { conversationId } = await scene.hear(ana, '61')
    equal((await scene.store.listMessages(conversationId)).length, 50, 'a page without a limit')
    const pages = []
    let before: number | undefined
    for (;;) {
      const page = await scene.store.listMessages(conversationId, { limit: 25, ...(before && { before }) })
      if (page.length === 0) break
      pages.push(texts(page))
      before = page[0]?.position
    }
    equal(
      pages.map(page => page.length),
      [25, 25, 11],
      'the lengths of the pages',
    )
    const expected = Array.from({ length: 61 }, (_, index) => `${index + 1}`)
    equal(pages.reverse().flat(), expected, 'all pages, the oldest first')
    equal(await scene.store.listMessages('no-such-conversation'), [], 'messages of nobody')
  },

  'gives at most five hundred': async scene => {
    const events = Array.from({ length: 501 }, (_, index) => textOf(ana, `${index}`))
    await scene.store.ingest(events, ingestOptions)
    const [conversation] = await scene.store.listConversations()
    const { id } = present(conversation, 'the conversation')
    equal((await scene.store.listMessages(id, { limit: 10_000 })).length, 500, 'a page')
  },

  'pages through conversations by their last message': async scene => {
    for (const person of [ana, ben, eva]) {
      await scene.hear(person, 'hello')
      await scene.advance(5)
    }
    await scene.hear(ana, 'me again')
    const newest = await scene.store.listConversations({ limit: 2 })
    equal(
      newest.map(({ user }) => user?.name),
      ['Eva', 'Ana'],
      'the newest two, oldest first',
    )
    const last = present(newest[1], "Ana's conversation")
    ok(last.messageCount === undefined || last.messageCount === 2, 'the number of messages, if given')
    const messages = await scene.messages(last.id)
    equal(last.lastMessageAt, messages.at(-1)?.receivedAt, 'the time of the last message')
    const before = present(newest[0]?.lastMessageAt, 'the time of the older one')
    const older = await scene.store.listConversations({ limit: 2, before })
    equal(
      older.map(({ user }) => user?.name),
      ['Ben'],
      'what lies before',
    )
    equal(
      (await scene.store.listConversations()).map(({ user }) => user?.name),
      ['Ben', 'Eva', 'Ana'],
      'all',
    )
  },

  'counts conversations without messages as oldest': async scene => {
    await scene.hear(ana, 'hello')
    const target = { channel, account, peer: phone('+34655555555') }
    await scene.store.setHandoff(target, { state: 'human', handoffIdleMs: hourMs })
    const list = await scene.store.listConversations()
    equal(
      list.map(({ lastMessageAt }) => lastMessageAt === undefined),
      [true, false],
      'which have no messages',
    )
    equal((await scene.store.listConversations({ limit: 1 }))[0]?.user?.name, 'Ana', 'the newest')
  },

  'finds a conversation by its id and by address, and makes none': async scene => {
    const { conversationId } = await scene.hear(ana, 'hello')
    const [peer] = ana.identities
    const found = present(await scene.store.findConversation({ conversationId }), 'the conversation by id')
    const { user, ...conversation } = found
    equal(conversation, { id: conversationId, channel, account, kind: 'direct', peer, handoff: 'bot' }, 'it')
    equal([user?.name, user?.phone], ['Ana', peer?.value], 'its person')
    const byAddress = await scene.store.findConversation({ channel, account, peer: peer ?? bsuid('x') })
    equal(byAddress, found, 'the conversation by address')
    const unknown = [
      { conversationId: 'no-such-conversation' },
      { channel, account, peer: phone('+34600000099') },
      { channel, account: 'account-2', peer: peer ?? bsuid('x') },
      { channel, account, peer: bsuid(peer?.value ?? 'x') },
    ]
    for (const target of unknown) equal(await scene.store.findConversation(target), undefined, 'of nobody')
    equal((await scene.store.listConversations()).length, 1, 'conversations')
  },

  'lists turns, those that ended last first': async scene => {
    const ids = []
    for (const person of [ana, ben, eva]) {
      const { conversationId } = await scene.hear(person, 'hello')
      const turn = await scene.claim(conversationId)
      ids.push(person === ben ? await scene.park(turn) : (await scene.answer(turn)).turnId)
      await scene.advance(5)
    }
    equal(
      (await scene.store.listTurns({})).map(({ id }) => id),
      [...ids].reverse(),
      'all turns',
    )
    equal(
      (await scene.store.listTurns({ limit: 1 })).map(({ id }) => id),
      ids.slice(2),
      'the last turn',
    )
    equal(
      (await scene.store.listTurns({ outcome: 'parked' })).map(({ id }) => id),
      [ids[1]],
      'parked turns',
    )
    await scene.store.replayTurn(ids[1] ?? '')
    const { conversationId } = await scene.hear(ben, 'hello?')
    await scene.answer(await scene.claim(conversationId))
    equal((await scene.store.listTurns({ limit: 1 }))[0]?.id, ids[1], 'a turn that ended once more')
  },
}
