import { anything, type Check, flag, listOf, matching, number, objectOf, oneOf, text } from '../api/checks.js'

// Patterns and bounds are those of Whapi's OpenAPI description, version 1.8.7.

const MESSAGE_ID = /^[A-Za-z0-9._]{4,30}-[A-Za-z0-9._]{4,14}(-[A-Za-z0-9._]{4,10})?(-[A-Za-z0-9._]{2,10})?$/

const recipient = { to: matching(/^[\d-]{9,31}(@[\w.]{1,})?$/) }
const reference = { quoted: matching(MESSAGE_ID), edit: matching(MESSAGE_ID) }
const whole = number({ whole: true })
const mentions = listOf(matching(/^\d{7,15}(@s\.whatsapp\.net)?$|^\d{10,31}@g\.us$/))
const size = { width: whole, height: whole }
// A link, a data URI, the id of an upload, or the file itself in a form.
const media: Check = (value, path) => (value instanceof Blob ? undefined : text(value, path))
const file = { ...reference, mime_type: text, no_encode: flag, no_cache: flag }
const visual = { ...file, ...size, caption: text, preview: text, mentions, view_once: flag }
const place = {
  ...reference,
  address: text,
  name: text,
  url: text,
  preview: text,
  accuracy: whole,
  speed: whole,
  degrees: whole,
  comment: text,
  view_once: flag,
}

function mediaBody(optional: Readonly<Record<string, Check>>): Check {
  return objectOf({ ...recipient, media }, optional)
}

const button = objectOf(
  { type: oneOf('quick_reply', 'call', 'copy', 'url'), title: text, id: text },
  { copy_code: text, phone_number: text, url: text, merchant_url: text },
)
const row = objectOf({}, { title: text, description: text, id: text })
const list = objectOf({
  label: text,
  sections: listOf(objectOf({}, { title: text, rows: listOf(row) })),
})
const textPart = objectOf({}, { text })
const product = objectOf({}, { catalog_id: text, product_id: text })
const action = objectOf({}, { list, buttons: listOf(button), product })

/** The body of `POST /messages/{type}`, by type. */
export const BODIES: Readonly<Record<string, Check>> = {
  text: objectOf(
    { ...recipient, body: text },
    {
      ...reference,
      typing_time: number({ min: 0, max: 60 }),
      no_link_preview: flag,
      wide_link_preview: flag,
      mentions,
    },
  ),
  link_preview: objectOf(
    { ...recipient, body: text, title: text },
    { ...file, media, description: text, canonical: text, preview: text, mentions },
  ),
  image: mediaBody(visual),
  video: mediaBody(visual),
  short: mediaBody(visual),
  gif: mediaBody({ ...visual, autoplay: flag }),
  audio: mediaBody({ ...file, seconds: whole, background_color: matching(/^#[0-9a-fA-F]{6,8}$/) }),
  voice: mediaBody({ ...file, seconds: whole, recording_time: number({ min: 0 }), waveform: text }),
  document: mediaBody({ ...file, caption: text, filename: text }),
  sticker: mediaBody({ ...file, ...size, animated: flag, view_once: flag }),
  location: objectOf({ ...recipient, latitude: number(), longitude: number() }, place),
  live_location: objectOf({ ...recipient, latitude: number(), longitude: number() }, place),
  contact: objectOf({ ...recipient, name: text, vcard: text }, reference),
  contact_list: objectOf(
    { ...recipient, list: listOf(objectOf({}, { name: text, vcard: text })) },
    reference,
  ),
  poll: objectOf(
    { ...recipient, title: text, options: listOf(text) },
    { ...reference, count: number({ min: 0, max: 1, whole: true }) },
  ),
  interactive: objectOf(
    { ...recipient, action },
    {
      ...file,
      ...size,
      header: textPart,
      body: textPart,
      footer: textPart,
      type: oneOf('list', 'button', 'product'),
      media,
      caption: text,
      preview: text,
    },
  ),
}

/** `PUT /presences/{chat}`. */
export const PRESENCE = objectOf(
  { presence: oneOf('typing', 'recording', 'pause') },
  { delay: number({ min: 0 }) },
)

/** `PUT /messages/{id}/reaction`. */
export const REACTION = objectOf({}, { emoji: text })

const MEDIA_KINDS = ['image', 'audio', 'voice', 'video', 'document', 'sticker']
const EVENT_TYPES = [
  'messages',
  'statuses',
  'chats',
  'contacts',
  'groups',
  'presences',
  'calls',
  'channel',
  'users',
  'labels',
  'service',
]

/** `PATCH /settings`. */
export const SETTINGS = objectOf(
  {},
  {
    callback_backoff_delay_ms: number({ min: 3_000, max: 15_000 }),
    max_callback_backoff_delay_ms: number({ min: 600_000, max: 3_600_000 }),
    callback_persist: flag,
    offline_mode: flag,
    full_history: flag,
    media: objectOf({}, { auto_download: listOf(oneOf(...MEDIA_KINDS)), init_avatars: flag }),
    webhooks: listOf(
      objectOf(
        { url: text },
        {
          mode: oneOf('body', 'path', 'method'),
          headers: anything,
          events: listOf(
            objectOf({}, { type: oneOf(...EVENT_TYPES), method: oneOf('post', 'put', 'delete', 'patch') }),
          ),
        },
      ),
    ),
  },
)
