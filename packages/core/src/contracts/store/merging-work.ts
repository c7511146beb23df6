import type { Store } from '../../ports/index.js'
import type { Identity } from '../../vocabulary/index.js'
import { equal, kind, ok, present } from '../assert.js'
import { account, bsuid, channel, editOf, phone, receiptOf, revokeOf, textOf } from './events.js'
import { both, join, number, one, other, scoped } from './pair.js'
import { hourMs, type Scene, type StoreTests, texts, wordsOf } from './scene.js'

function handoff(scene: Scene, conversationId: string, state: 'bot' | 'requested' | 'human') {
  return scene.store.setHandoff({ conversationId }, { state, handoffIdleMs: hourMs })
}

async function stateOf(store: Store, peer: Identity = number) {
  const conversation = await store.findConversation({ channel, account, peer })
  return present(conversation, 'the merged conversation').handoff
}

/** What becomes of turns, sends and handoffs that are under way when two conversations become one. */
export const mergingWorkTests: StoreTests = {
  'voids replies in the making, in either': async scene => {
    const turns = []
    for (const person of [one, other]) {
      const { conversationId } = await scene.hear(person, 'hello')
      turns.push(await scene.claim(conversationId))
    }
    const { conversations } = await join(scene)
    for (const turn of turns) {
      equal(await scene.store.renewLeases([turn], hourMs), [], 'leases that still hold')
      equal((await scene.commit(turn, ['too late'], { acceptNewer: true })).kind, 'lost', 'a commit')
      equal((await scene.release(turn, { retryInMs: 0 })).kind, 'lost', 'a release')
    }
    const again = await scene.claim(conversations[0]?.conversationId ?? '')
    equal(texts(again.burst), ['hello', 'hello'], 'the burst of the turn that runs again')
    ok(again.fence > Math.max(...turns.map(({ fence }) => fence)), 'the fence has grown')
    await scene.answer(again, 'once')
  },

  'gives the result of a commit again, also after the merge': async scene => {
    await scene.hear(one, 'hello')
    const { conversationId } = await scene.hear(other, 'hello')
    const turn = await scene.claim(conversationId)
    const draft = { id: 'reply-before-merge', content: { type: 'text', text: 'hi' } } as const
    const first = await scene.answer(turn, draft)
    await join(scene)
    const again = kind(await scene.commit(turn, [draft]), 'committed', 'the commit once more')
    equal([again.turnId, again.send?.messageId], [first.turnId, first.send?.messageId], 'its result')
  },

  'lets sends that are under way come to their end': async scene => {
    const first = await scene.converse(one, 'a1', 'a2')
    const second = await scene.converse(other, 'b1', 'b2')
    await join(scene)
    const { conversationId } = first
    equal((await scene.claimSends()).length, 0, 'what may leave while both are on their way')
    const { next } = await scene.record(first, { kind: 'sent', providerId: 'wamid.a1' })
    equal([wordsOf(next), next?.conversationId], ['a2', conversationId], 'what leaves next')
    const after = await scene.record(second, { kind: 'sent', providerId: 'wamid.b1' })
    equal(after.next, undefined, 'what leaves while an earlier message is on its way')
    const last = await scene.record(present(next, 'the next message'), { kind: 'sent' })
    equal(wordsOf(last.next), 'b2', 'what leaves last')
    await scene.record(present(last.next, 'the last message'), { kind: 'sent' })
    const receipt = kind(await scene.ingest(receiptOf('wamid.b1', 'read')), 'status', 'a receipt')
    equal([receipt.messageId, receipt.conversationId], [second.messageId, conversationId], 'whose it is')
    const sent = (await scene.messages(conversationId)).filter(({ author }) => author === 'bot')
    equal(sent.map(({ status }) => status).sort(), ['read', 'sent', 'sent', 'sent'], 'how they stand')
  },

  'finds the message of a receipt that came before its send was recorded': async scene => {
    await scene.hear(one, 'hello')
    const item = await scene.converse(other, 'hi')
    await scene.ingest(receiptOf('wamid.early', 'delivered'))
    await join(scene)
    await scene.record(item, { kind: 'sent', providerId: 'wamid.early' })
    const { conversationId } = await scene.hear(both, 'and now')
    equal((await scene.message({ ...item, conversationId })).status, 'delivered', 'how it stands')
  },

  'leaves it to the person who is in charge of one of them': async scene => {
    for (const [ours, theirs, expected] of [
      ['bot', 'human', 'human'],
      ['requested', 'bot', 'requested'],
      ['human', 'requested', 'human'],
    ] as const) {
      const pair = [
        phone(`+3460000${expected.length}${theirs.length}${ours.length}`),
        bsuid(`US.${ours}${theirs}`),
      ]
      const [left, right] = pair as [Identity, Identity]
      const first = await scene.hear({ identities: [left] }, 'hello')
      const second = await scene.hear({ identities: [right] }, 'hello')
      await handoff(scene, first.conversationId, ours)
      await handoff(scene, second.conversationId, theirs)
      const { merges } = await scene.tell(textOf({ identities: pair }, 'hello'))
      equal(await stateOf(scene.store, left), expected, `${ours} and ${theirs}`)
      const changes = merges?.[0]?.handoffChanges ?? []
      equal(
        changes.map(change => [change.conversation.id, change.previous, change.state, change.reason]),
        ours === expected ? [] : [[first.conversationId, ours, expected, 'merge']],
        'the change',
      )
      equal((await scene.tryClaim(first.conversationId)).kind, 'idle', 'a claim')
    }
  },

  'replays nothing of a parked turn that was revoked, before the merge or after it': async scene => {
    await scene.record(await scene.converse(other, 'answered'), { kind: 'sent' })
    const secret = (name: string) => scene.tell(textOf(one, name, { providerId: name }))
    const { conversationId } = await secret('before')
    const gone = await scene.park(await scene.claim(conversationId))
    await secret('after')
    await secret('remains')
    const kept = await scene.park(await scene.claim(conversationId))
    await scene.tell(revokeOf(one, 'before'))
    const merged = (await join(scene)).conversations[0]?.conversationId ?? ''
    await scene.store.replayTurn(gone)
    equal((await scene.tryClaim(merged)).kind, 'idle', 'a replay of which nothing is left')
    await scene.store.replayTurn(kept)
    const turn = await scene.claim(merged)
    equal(texts(turn.burst), ['after', 'remains'], 'the burst of the other replay')
    await scene.tell(revokeOf(one, 'after'))
    equal((await scene.commit(turn, ['too late'])).kind, 'superseded', 'a commit after a revocation')
    const second = await scene.claim(merged)
    equal(texts(second.burst), ['remains'], 'the burst without what was revoked')
    await scene.tell(editOf(one, 'remains', 'remains so'))
    equal((await scene.commit(second, ['too late'])).kind, 'superseded', 'a commit after an edit')
    const last = await scene.claim(merged)
    equal([last.replayOf, texts(last.burst)], [kept, ['remains so']], 'the burst as it is now')
    await scene.answer(last, 'done')
    equal(await scene.store.listTurns({ outcome: 'parked' }), [], 'turns that are still parked')
  },

  'keeps the bot silent with all that it had not yet said': async scene => {
    const item = await scene.converse(one, 'first part', 'second part')
    await scene.hear(other, 'hello')
    await scene.store.setHandoff({ channel, account, peer: scoped }, { state: 'human', handoffIdleMs: null })
    await join(scene)
    const { next } = await scene.record(item, { kind: 'sent' })
    equal(next, undefined, 'what follows')
    const [, second] = (await scene.messages(item.conversationId)).filter(({ author }) => author === 'bot')
    equal(second?.status, 'cancelled', 'the second part')
  },

  'hands a merged conversation back by the later idle time': async scene => {
    for (const [person, ms] of [
      [one, 20],
      [other, hourMs],
    ] as const) {
      const { conversationId } = await scene.hear(person, 'hello')
      await scene.store.setHandoff({ conversationId }, { state: 'human', handoffIdleMs: ms })
    }
    await join(scene)
    await scene.advance(50)
    equal((await scene.store.sweep({ limit: 9, horizonMs: 0 })).handedBack, [], 'who is handed back')
    await scene.store.setHandoff({ channel, account, peer: number }, { state: 'bot', handoffIdleMs: null })
    equal(await scene.due(), [], 'what came while a person was in charge')
  },
}
