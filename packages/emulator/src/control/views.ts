import type { Account, Provider } from '../account.js'
import { type ChatMessage, isUnread } from '../chats.js'
import { compact, type JsonObject } from '../json.js'
import type { PersonRecord } from '../people.js'
import type { World } from '../world.js'

/** One line of the chat list. */
interface ChatView {
  readonly key: string
  readonly title: string
  readonly group: boolean
  /** Id of the account that it is with. */
  readonly account: string
  readonly people: readonly string[]
  readonly unread: number
  readonly typingUntil?: number
  readonly lastMessage?: ChatMessage
}

export function stateView(world: World): JsonObject {
  const { settings } = world
  const people = world.people.all()
  return {
    account: { ...settings.numbers[0], businessNumbers: settings.numbers },
    ...settingsView(world),
    people: people.map(person => ({ ...person })),
    chats: world.providers.flatMap(provider => chatsOf(world, provider)),
    faults: faultsView(world),
    lastEventId: world.events.lastId,
  }
}

export function settingsView({ settings, providers }: World): JsonObject {
  const accounts = providers.flatMap(provider => provider.accounts).map(accountView)
  return { webhook: shownWebhook(settings.webhook), statuses: settings.statuses, accounts }
}

function accountView(account: Account): JsonObject {
  const { provider, id, phone } = account
  return compact({ provider, id, phone, webhook: shownWebhook(account.webhook()) })
}

function shownWebhook(webhook: ReturnType<Account['webhook']>): string | undefined {
  return webhook instanceof URL ? webhook.href : webhook && 'a handler in the process'
}

export function faultsView(world: World): readonly unknown[] {
  return world.faults.view.list().map(({ id, fault, used, remaining }) => ({ id, fault, used, remaining }))
}

function chatsOf(world: World, { accounts }: Provider): readonly ChatView[] {
  return accounts.flatMap(account => {
    const groups = world.chats.keys().filter(key => world.chats.isGroup(key) && isOf(key, account))
    return [
      ...world.people.all().map(person => personChat(world, account, person)),
      ...groups.map(key => groupChat(world, account, key)),
    ]
  })
}

/** The first account's chats have the keys of people and groups alone. */
function isOf(key: string, { chatKey }: Account): boolean {
  const suffix = chatKey('')
  return suffix === '' ? !key.includes('@') : key.endsWith(suffix)
}

function personChat(world: World, account: Account, { key, name }: PersonRecord): ChatView {
  return chatView(world, account, { key: account.chatKey(key), title: name, people: [key] })
}

function groupChat(world: World, account: Account, key: string): ChatView {
  const people = world.chats.members(key)
  const title = people.map(member => world.people.find(member)?.name ?? member).join(', ')
  return chatView(world, account, { key, title, people })
}

function chatView(
  world: World,
  account: Account,
  { key, title, people }: Pick<ChatView, 'key' | 'title' | 'people'>,
): ChatView {
  const messages = world.chats.of(key)
  return compact({
    key,
    title,
    group: world.chats.isGroup(key),
    account: account.id,
    people,
    unread: messages.filter(isUnread).length,
    typingUntil: world.chats.typingUntil(key),
    lastMessage: messages.at(-1),
  })
}
