/** @import { Message } from './types.js' */

/** @typedef {{ text: string, quoteId?: string | undefined, editing?: Message | undefined }} Draft */

/** What was typed in each chat and not sent yet. */
export function createDrafts() {
  /** @type {Map<string, Draft>} */
  const drafts = new Map()

  return {
    /**
     * @param {string} key
     * @returns {Draft}
     */
    of: key => drafts.get(key) ?? { text: '' },
    /** @type {(key: string, changes: Partial<Draft>) => void} */
    change(key, changes) {
      drafts.set(key, { ...this.of(key), ...changes })
    },
    /** Takes the draft away to be sent. @type {(key: string) => Draft} */
    take(key) {
      const draft = this.of(key)
      drafts.delete(key)
      return draft
    },
    /** Nothing typed is lost: it comes back, before what was typed since. @type {(key: string, draft: Draft) => void} */
    giveBack(key, draft) {
      const since = this.of(key).text
      drafts.set(key, { ...draft, text: since === '' ? draft.text : `${draft.text}\n${since}` })
    },
  }
}
