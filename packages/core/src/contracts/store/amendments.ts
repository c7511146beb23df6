import { equal, kind } from '../assert.js'
import { ana, reactionOf, textOf, uniqueId } from './events.js'
import type { StoreTests } from './scene.js'

export const amendmentTests: StoreTests = {
  'stores what is about other messages, system messages and votes taken back without waking the bot':
    async scene => {
      const { conversationId } = await scene.hear(ana, 'hola')
      await scene.answer(await scene.claim(conversationId))
      const { type: _, emoji: __, ...base } = reactionOf(ana, 'wamid.target')
      const fresh = () => ({ ...base, providerId: uniqueId('provider') })
      const events = [
        { ...fresh(), type: 'reaction', emoji: '🎉' },
        { ...fresh(), type: 'reaction' },
        { ...fresh(), type: 'edit', content: { type: 'text', text: 'better' } },
        { ...fresh(), type: 'revoke' },
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
          { type: 'edit', text: 'better', quotedId: 'wamid.target' },
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
}
