import { mcpQuestion } from './mcp-call.js'

/** @import { Account, ActiveFault, Chat, GraphRequest, Message, Person, Place, State, Thread, WebhookAttempt } from './types.js' */
/** @typedef {{ kind: 'webhook', entry: WebhookAttempt } | { kind: 'request', entry: GraphRequest }} Traffic */

const KEPT_TRAFFIC = 40

/**
 * What the page knows, and who wants to hear of changes. Listeners are called once a frame, however much changed.
 *
 * Topics: `chats` (the list, people, typing), `thread:{key}`, `settings`, `faults`, `connection`, `traffic`.
 */
export function createStore() {
  /** @type {Map<string, Set<() => void>>} */
  const listeners = new Map()
  /** @type {Set<string>} */
  const dirty = new Set()
  let scheduled = false

  function flush() {
    scheduled = false
    const topics = [...dirty]
    dirty.clear()
    for (const topic of topics) for (const listener of listeners.get(topic) ?? []) listener()
  }

  return {
    /** @type {Map<string, Person>} */
    people: new Map(),
    /** @type {Map<string, Chat>} */
    chats: new Map(),
    /** @type {Map<string, Thread>} */
    threads: new Map(),
    /** @type {ActiveFault[]} */
    faults: [],
    /** @type {State['account'] | undefined} */
    account: undefined,
    /** Meta's first number first. @type {readonly Account[]} */
    accounts: [],
    /** Id of the account whose chats are listed. @type {string | undefined} */
    accountId: undefined,
    /** @type {State['statuses']} */
    statuses: false,
    /** @type {'connecting' | 'live' | 'lost'} */
    connection: 'connecting',
    /** Newest first. @type {Traffic[]} */
    traffic: [],
    /** Who writes in a group, by the group's key. @type {Map<string, string>} */
    groupAuthors: new Map(),

    /**
     * @param {string} topic
     * @param {() => void} listener
     */
    watch(topic, listener) {
      listeners.set(topic, (listeners.get(topic) ?? new Set()).add(listener))
      return () => void listeners.get(topic)?.delete(listener)
    },

    /** @param {string} topic */
    changed(topic) {
      dirty.add(topic)
      if (scheduled) return
      scheduled = true
      // A hidden page gets no frames.
      if (document.hidden) setTimeout(flush)
      else requestAnimationFrame(flush)
    },

    /** @param {Traffic} line */
    addTraffic(line) {
      const sequence = line.kind === 'request' ? line.entry.sequence : undefined
      // A request is told of twice: when it arrives and when it is answered.
      const before = this.traffic.findIndex(
        each => each.kind === 'request' && each.entry.sequence === sequence,
      )
      if (before >= 0) this.traffic[before] = line
      else this.traffic = [line, ...this.traffic.filter(each => !repeats(each, line))].slice(0, KEPT_TRAFFIC)
      this.changed('traffic')
    },

    /**
     * Who writes in this chat.
     *
     * @param {string} key
     * @returns {Place}
     */
    placeOf(key) {
      const chat = this.chats.get(key)
      const person = this.groupAuthors.get(key) ?? chat?.people[0] ?? key
      if (!chat) return { person }
      const place = { person, via: chat.account }
      return chat.group ? { ...place, group: groupOf(chat) } : place
    },

    /** The account whose chats are listed: the one chosen, or the first. */
    get listed() {
      return this.accounts.find(account => account.id === this.accountId) ?? this.accounts[0]
    },

    /**
     * Key of the chat that a person has with an account.
     *
     * @param {string} person
     * @param {Account | undefined} account
     */
    chatKey(person, account) {
      return !account || account.id === this.accounts[0]?.id ? person : `${person}@${account.id}`
    },

    /**
     * A message by id, when it is loaded.
     *
     * @param {string} chat
     * @param {string} id
     * @returns {Message | undefined}
     */
    message(chat, id) {
      const thread = this.threads.get(chat)
      return thread?.messages[thread.positions.get(id) ?? -1]
    },
  }
}

/**
 * The group's own id: the key of its chat without the account.
 *
 * @param {Chat} chat
 */
function groupOf({ key, account }) {
  const suffix = `@${account}`
  return key.endsWith(suffix) ? key.slice(0, -suffix.length) : key
}

/**
 * A bot that polls asks the same every few seconds: only the newest of each question is kept.
 *
 * @param {Traffic} old
 * @param {Traffic} line
 */
function repeats(old, line) {
  const question = line.kind === 'request' ? mcpQuestion(line.entry.body) : undefined
  return question !== undefined && old.kind === 'request' && mcpQuestion(old.entry.body) === question
}

/** @typedef {ReturnType<typeof createStore>} Store */
