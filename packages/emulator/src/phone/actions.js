import * as api from './api.js'
import { contentOf } from './describe.js'
import { showPicture, showVideo } from './lightbox.js'
import { openListSheet } from './list-sheet.js'
import { openMessageMenu } from './message-menu.js'
import { sendSample } from './samples.js'
import { toast } from './toast.js'

/** @import { Message } from './types.js' */
/** @import { Store } from './store.js' */

/**
 * What can be done with the messages of the open chat.
 *
 * @param {Store} store
 * @param {{ key: () => string, quote: (id: string) => void, edit: (message: Message) => void,
 *   showMessage: (id: string) => unknown }} room
 */
export function createActions(store, room) {
  const place = () => store.placeOf(room.key())

  /** @type {(message: Message, interactive: { type: string, [type: string]: unknown }) => Promise<unknown>} */
  const reply = (message, interactive) =>
    trying(() => api.sendMessage(place(), { message: { type: 'interactive', interactive } }, message.id))

  return {
    quote: room.quote,
    showMessage: room.showMessage,
    /** @type {(source: string, message: Message) => void} */
    showPicture: (source, message) => showPicture(source, message.text),
    /** @type {(source: string, message: Message) => unknown} */
    showVideo: (source, message) => showVideo(source, message.text),
    /** @type {(message: Message, button: { id: string, title: string }) => unknown} */
    tapButton: (message, button) => reply(message, { type: 'button_reply', button_reply: button }),
    /** @type {(message: Message, button: { payload: string, text: string }) => unknown} */
    tapTemplateButton: (message, button) =>
      trying(() => api.sendMessage(place(), { message: { type: 'button', button } }, message.id)),
    /** @param {Message} message */
    openList: message =>
      openListSheet(message, row => reply(message, { type: 'list_reply', list_reply: row })),
    /** @type {(kind: import('./samples.js').SampleKind, quote?: string) => unknown} */
    sendSample: (kind, quote) => trying(() => sendSample(kind, place(), quote)),
    /** @type {(id: string, emoji: string) => unknown} */
    react: (id, emoji) => trying(() => api.react(place(), id, emoji)),
    /** @param {string} id */
    revoke: id => trying(() => api.revoke(place(), id)),
    /** Votes for an option, or takes the vote for it back. @type {(message: Message, option: string) => unknown} */
    vote(message, option) {
      const mine = message.votes?.[place().person] ?? []
      const others = mine.filter(each => each !== option)
      const chosen = contentOf(message).multiple ? [...others, option] : [option]
      return trying(() => api.vote(place(), message.id, mine.includes(option) ? others : chosen))
    },
    edit: room.edit,
    /** @type {(id: string, anchor: unknown) => void} */
    openMenu(id, anchor) {
      const message = store.message(room.key(), id)
      if (message && anchor instanceof Element)
        openMessageMenu({ message, place: place(), anchor, actions: this })
    },
  }
}

/** @typedef {ReturnType<typeof createActions>} Actions */

/**
 * Says what went wrong instead of failing; resolves whether it went well.
 *
 * @param {() => Promise<unknown>} work
 */
export async function trying(work) {
  try {
    await work()
    return true
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error))
    return false
  }
}
