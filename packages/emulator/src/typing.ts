import type { World } from './world.js'

/** Shows the typing bubble in a chat for so long, or until the next message. */
export function showTyping(world: World, chat: string, ms: number): void {
  const until = world.now() + ms
  world.chats.typing(chat, until)
  world.timers.schedule(ms, () => {
    if (world.chats.typingUntil(chat) === until) world.chats.typing(chat, 0)
  })
}
