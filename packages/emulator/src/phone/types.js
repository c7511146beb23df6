/**
 * The shapes of the control API (described in `../control/routes.ts`) and of the page's own parts.
 *
 * @typedef {import('../chats.js').ChatMessage} Message
 * @typedef {import('../people.js').PersonRecord} Person
 * @typedef {import('../faults/vocabulary.js').Fault} Fault
 * @typedef {Omit<import('../faults/vocabulary.js').ActiveFault, 'remove'>} ActiveFault
 * @typedef {import('../ledger.js').LedgerEntry} GraphRequest
 *
 * @typedef {object} Account A business account that people can write to.
 * @property {'meta' | 'whapi' | 'waha' | 'mcp'} provider
 * @property {string} id
 * @property {string} phone
 * @property {string} [webhook]
 *
 * @typedef {object} Chat One line of the list.
 * @property {string} key
 * @property {string} title
 * @property {boolean} group
 * @property {string} account Id of the account that it is with.
 * @property {readonly string[]} people Keys of those in it.
 * @property {number} unread
 * @property {number} [typingUntil]
 * @property {Message} [lastMessage]
 *
 * @typedef {object} WebhookAttempt How one attempt to deliver a webhook went.
 * @property {number} webhook
 * @property {number} attempt
 * @property {number} at
 * @property {number} ms
 * @property {string} via
 * @property {number} [status]
 * @property {string} [error]
 *
 * @typedef {object} State
 * @property {{ displayPhoneNumber: string, phoneNumberId: string }} account
 * @property {string} [webhook]
 * @property {Account[]} accounts
 * @property {false | Record<string, unknown>} statuses
 * @property {Person[]} people
 * @property {Chat[]} chats
 * @property {ActiveFault[]} faults
 * @property {number} lastEventId
 *
 * @typedef {object} Thread What is loaded of one chat, oldest first.
 * @property {Message[]} messages
 * @property {Map<string, number>} positions By message id.
 * @property {boolean} complete Nothing older is left to load.
 * @property {number} [lastEventId] Events up to here say nothing new; absent until the first page is there.
 * @property {{ eventId: number, message: Message }[]} early What came before the first page did.
 * @property {Promise<void>} [loading]
 *
 * @typedef {object} Place Who writes where: a person, in a group or else to the business alone.
 * @property {string} person
 * @property {string} [group]
 * @property {string} [via] The account; default Meta's.
 */
export {}
