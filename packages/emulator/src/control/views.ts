import { type ChatMessage, isUnread } from '../chats.js'
import { compact, type JsonObject } from '../json.js'
import type { PersonRecord } from '../people.js'
import type { World } from '../world.js'

/** One line of the chat list. */
interface ChatView {
  readonly key: string
  readonly title: string
  readonly group: boolean
  readonly people: readonly string[]
  readonly unread: number
  readonly typingUntil?: number
  readonly lastMessage?: ChatMessage
}

export function stateView(world: World): JsonObject {
  const { settings } = world
  const people = world.people.all()
  const groups = world.chats.keys().filter(key => world.chats.isGroup(key))
  return {
    account: { ...settings.numbers[0], businessNumbers: settings.numbers },
    ...settingsView(world),
    people: people.map(person => ({ ...person })),
    chats: [...people.map(person => personChat(world, person)), ...groups.map(key => groupChat(world, key))],
    faults: faultsView(world),
    lastEventId: world.events.lastId,
  }
}

export function settingsView({ settings }: World): JsonObject {
  const { webhook, statuses } = settings
  return { webhook: webhook instanceof URL ? webhook.href : webhook && 'a handler in the process', statuses }
}

export function faultsView(world: World): readonly unknown[] {
  return world.faults.view.list().map(({ id, fault, used, remaining }) => ({ id, fault, used, remaining }))
}

function personChat(world: World, person: PersonRecord): ChatView {
  return chatView(world, person.key, person.name, [person.key])
}

function groupChat(world: World, key: string): ChatView {
  const members = world.chats.members(key)
  const names = members.map(member => world.people.find(member)?.name ?? member)
  return chatView(world, key, names.join(', '), members)
}

function chatView(world: World, key: string, title: string, people: readonly string[]): ChatView {
  const messages = world.chats.of(key)
  return compact({
    key,
    title,
    group: world.chats.isGroup(key),
    people,
    unread: messages.filter(isUnread).length,
    typingUntil: world.chats.typingUntil(key),
    lastMessage: messages.at(-1),
  })
}
