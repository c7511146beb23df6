import { type Check, either, flag, listOf, nullable, number, objectOf, oneOf, text } from '../api/checks.js'

// What is required is what WAHA's OpenAPI description, version 2026.7.1, requires.

const address = { chatId: text, session: text }
const reply = { reply_to: nullable(text) }
const clientId = { id: nullable(text) }

function file(withData: Readonly<Record<string, Check>>, withUrl: Readonly<Record<string, Check>>): Check {
  return either(
    objectOf({ mimetype: text, data: text, ...withData }, { filename: nullable(text) }),
    objectOf({ mimetype: text, url: text, ...withUrl }, { filename: nullable(text) }),
  )
}

const contact = either(
  objectOf({ fullName: text, phoneNumber: text, vcard: nullable(text) }, { whatsappId: nullable(text) }),
  objectOf({ vcard: text }),
)
const caption = { caption: nullable(text) }
const filename = { filename: text }

/** The body of a request, by the last part of its path. */
export const BODIES = {
  sendText: objectOf(
    { ...address, text },
    { ...reply, ...clientId, mentions: listOf(text), linkPreview: flag, linkPreviewHighQuality: flag },
  ),
  sendImage: objectOf({ ...address, file: file({}, {}) }, { ...reply, ...caption }),
  sendFile: objectOf({ ...address, file: file({}, {}) }, { ...reply, ...caption }),
  sendVoice: objectOf({ ...address, file: file(filename, {}), convert: flag }, reply),
  sendVideo: objectOf(
    { ...address, file: file(filename, filename), convert: flag },
    { ...reply, ...caption, asNote: flag },
  ),
  sendLocation: objectOf(
    { ...address, latitude: number(), longitude: number(), title: text },
    { ...reply, ...clientId },
  ),
  sendContactVcard: objectOf({ ...address, contacts: listOf(contact) }, { ...reply, ...clientId }),
  sendPoll: objectOf(
    { ...address, poll: objectOf({ name: text, options: listOf(text), multipleAnswers: flag }) },
    { ...reply, ...clientId },
  ),
  sendSeen: objectOf(address, { messageId: text, messageIds: listOf(text), participant: nullable(text) }),
  reaction: objectOf({ messageId: text, reaction: text, session: text }),
  typing: objectOf(address),
  presence: objectOf(
    { presence: oneOf('offline', 'online', 'typing', 'recording', 'paused') },
    { chatId: text },
  ),
  edit: objectOf({ text }, { linkPreview: flag, linkPreviewHighQuality: flag }),
  session: objectOf(
    {},
    { config: objectOf({}, { webhooks: listOf(objectOf({ url: text, events: listOf(text) })) }) },
  ),
} as const
