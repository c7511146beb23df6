import type { Fields } from '../../../values.js'

/**
 * `[2026-09-10 01:46:41] Chat: Alex Rivera From: Me: Yes!`; the name of the chat is left out for a single one. A dot is any
 * character: a row may hold U+2028, which ends a line for JavaScript alone.
 */
const line = /^\[(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[^\]]*)\] (?:Chat: (.*?) )?From: (.*?): (.*)$/s
const media = /^\[(\w+) - Message ID: (\S+) - Chat JID: (\S+)\] ?([\s\S]*)$/

/**
 * The messages in what lharries/whatsapp-mcp writes for people (`format_message` in its `whatsapp.py`), with the names of
 * fields that its structured successor uses. Lines that begin otherwise belong to the message above them.
 *
 * A name with `: ` in it, or a message that itself has a line of this form, cannot be told apart.
 */
export function readProse(text: string): readonly Fields[] {
  const messages: { time: string; sender: string; words: string[] }[] = []
  for (const row of text.split('\n')) {
    const [, time, , sender, words] = line.exec(row) ?? []
    if (time !== undefined && sender !== undefined && words !== undefined) {
      messages.push({ time, sender, words: [words] })
    } else {
      messages.at(-1)?.words.push(row)
    }
  }
  return messages.map(({ time, sender, words }) => {
    const text = words.join('\n').trimEnd()
    const [, mediaType, id, chat, caption] = media.exec(text) ?? []
    return {
      timestamp: time,
      is_from_me: sender === 'Me',
      ...(sender !== 'Me' && { sender_name: sender }),
      ...(mediaType === undefined
        ? { content: text }
        : { id, chat_jid: chat, media_type: mediaType, caption }),
    }
  })
}
