import { addMessage } from './thread-loader.js'

/** @import { ActiveFault, Chat, GraphRequest, Message, Person, State, WebhookAttempt } from './types.js' */
/** @import { Store } from './store.js' */

/**
 * Takes a snapshot of everything but the messages.
 *
 * @param {Store} store
 * @param {State} state
 */
export function applyState(store, state) {
  store.people = new Map(state.people.map(each => [each.key, each]))
  store.chats = new Map(state.chats.map(chat => [chat.key, chat]))
  Object.assign(store, {
    account: state.account,
    accounts: state.accounts,
    statuses: state.statuses,
    faults: state.faults,
  })
  for (const topic of ['chats', 'settings', 'faults']) store.changed(topic)
}

/**
 * Takes over the counts of unread messages, which only the emulator knows, and chats that are new.
 *
 * @param {Store} store
 * @param {readonly Chat[]} chats
 */
export function applyCounts(store, chats) {
  for (const chat of chats) {
    const before = store.chats.get(chat.key)
    store.chats.set(
      chat.key,
      before ? { ...before, unread: chat.unread, title: chat.title, people: chat.people } : chat,
    )
  }
  store.changed('chats')
}

/** @type {(store: Store, data: Person) => void} */
function person(store, data) {
  store.people.set(data.key, data)
  for (const account of store.accounts) {
    const key = store.chatKey(data.key, account)
    const chat = store.chats.get(key)
    const facts = { account: account.id, title: data.name, people: [data.key] }
    store.chats.set(key, { unread: 0, ...chat, key, group: false, ...facts })
  }
  store.changed('chats')
}

/** @type {(store: Store, data: Message, eventId: number) => void} */
function message(store, data, eventId) {
  const thread = store.threads.get(data.chat)
  if (thread) addMessage(thread, data, eventId)
  const chat = store.chats.get(data.chat)
  if (chat) store.chats.set(data.chat, { ...chat, lastMessage: data })
  messageChanged(store, data)
}

/** @type {(store: Store, data: Message) => void} */
function messageChanged(store, data) {
  const thread = store.threads.get(data.chat)
  const position = thread?.positions.get(data.id)
  // One older than what is loaded shows its change when it is loaded.
  if (thread && position !== undefined) thread.messages[position] = data
  store.changed(`thread:${data.chat}`)
  const chat = store.chats.get(data.chat)
  if (chat?.lastMessage?.id === data.id) store.chats.set(data.chat, { ...chat, lastMessage: data })
  store.changed('chats')
}

/** @type {(store: Store, data: { chat: string, until: number }) => void} */
function typing(store, { chat: key, until }) {
  const chat = store.chats.get(key)
  if (!chat) return
  const { typingUntil: _, ...others } = chat
  // Not compared with this machine's clock: the emulator says when it is over, and its time may be a test's.
  store.chats.set(key, until === 0 ? others : { ...others, typingUntil: until })
  store.changed('chats')
  store.changed(`thread:${key}`)
}

/** @type {(store: Store, data: GraphRequest) => void} */
const request = (store, entry) => store.addTraffic({ kind: 'request', entry })

/** @type {(store: Store, data: WebhookAttempt) => void} */
function delivery(store, entry) {
  store.addTraffic({ kind: 'webhook', entry })
  store.changed('settings')
}

/** @type {(store: Store, data: ActiveFault[]) => void} */
function faults(store, data) {
  store.faults = data
  store.changed('faults')
}

/** @type {(store: Store, data: Pick<State, 'accounts' | 'statuses'>) => void} */
function settings(store, { accounts, statuses }) {
  Object.assign(store, { accounts, statuses })
  store.changed('settings')
}

/**
 * What each event does to the store; `reload` and `reset` fetch it anew instead (see `live.js`).
 *
 * @type {Readonly<Record<string, (store: Store, data: any, eventId: number) => void>>}
 */
export const APPLY = {
  person,
  message,
  'message-changed': messageChanged,
  typing,
  request,
  delivery,
  faults,
  settings,
}
