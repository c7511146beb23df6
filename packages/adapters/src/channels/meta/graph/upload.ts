import { randomUUID } from 'node:crypto'
import {
  type CallOptions,
  ChannelError,
  type MediaContent,
  type MediaFile,
  type MediaRef,
  type OutboundContent,
  type OutboundHeader,
  type OutboundMedia,
  type OutboundMessage,
} from '@switchboard/core'
import { type CallApi, isDataUrl, multipart, readDataUrl } from '../../../http/index.js'
import { asFields, asId, asText, asWords, type Draft } from '../../../values.js'
import { wrong } from './content/limits.js'
import { messageBody } from './send.js'

interface UploadSettings {
  readonly phoneNumberId: string
  readonly mediaTimeoutMs: number
}

type UploadOptions = CallOptions & { readonly account?: string }
type Uploaded = MediaRef & { readonly id: string }
type Upload = (file: MediaFile, options?: UploadOptions) => Promise<Uploaded>

const MiB = 1024 * 1024

/** What one file may weigh, and be; absent: anything. */
interface Allowance {
  readonly bytes: number
  readonly mimeTypes?: readonly string[]
}

/** Meta, "Media": what is something else is taken, and fails later. Stickers that do not move may have 100 KB only. */
const allowances: Readonly<Record<MediaContent['type'], Allowance>> = {
  image: { bytes: 5 * MiB, mimeTypes: ['image/jpeg', 'image/png'] },
  video: { bytes: 16 * MiB, mimeTypes: ['video/mp4', 'video/3gpp'] },
  audio: {
    bytes: 16 * MiB,
    mimeTypes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
  },
  voice: { bytes: 16 * MiB, mimeTypes: ['audio/ogg'] },
  document: { bytes: 100 * MiB },
  sticker: { bytes: 500 * 1024, mimeTypes: ['image/webp'] },
}

/** `POST /{phone number id}/media`. The id holds 30 days (Meta, "Media"). Uploading twice does no harm. */
export function mediaUpload(call: CallApi, { phoneNumberId, mediaTimeoutMs }: UploadSettings): Upload {
  return async ({ bytes, mimeType, filename }, { account = phoneNumberId, signal } = {}) => {
    if (mimeType === undefined || !/^[^\s/;]+\/[^\s/;]+(;[\x20-\x7e]*)?$/.test(mimeType)) {
      throw wrong(
        'mimeType is missing or no media type such as image/jpeg, and Meta takes no file without one.',
      )
    }
    checkWeight(bytes, allowances.document)
    const fields = { messaging_product: 'whatsapp', type: mimeType }
    const file = { bytes, mimeType, filename: filename ?? 'file' }
    const { body, contentType } = multipart({ ...fields, file }, `switchboard-${randomUUID()}`)
    const { content } = await call({
      method: 'POST',
      path: `/${encodeURIComponent(account)}/media`,
      body,
      contentType,
      safe: true,
      timeoutMs: mediaTimeoutMs,
      ...(filename !== undefined && { secrets: [filename] }),
      ...(signal && { signal }),
    })
    const id = asId(asFields(content)?.id)
    if (id === undefined) {
      throw new ChannelError('channel_refused', 'Meta answered without the id of the file.', {
        retryable: true,
      })
    }
    const media: Draft<Uploaded> = { id, mimeType }
    if (filename !== undefined) media.filename = filename
    return media
  }
}

/** The message as Meta takes it: a file that it holds itself is uploaded first, once the rest is known to be right. */
export async function withUpload(
  message: OutboundMessage,
  upload: Upload,
  { signal }: CallOptions = {},
): Promise<OutboundMessage> {
  const { account, content } = message
  const holder = holderOf(content)
  const given = asFields(holder?.media)
  const url = asText(given?.url)
  if (!holder || url === undefined || given?.id !== undefined || !isDataUrl(url)) return message
  const data = readDataUrl(url)
  if (!data) throw wrong('media.url is a broken data: URL.')
  messageBody(withId(message, holder, 'checked'))
  const mimeType = asWords(given?.mimeType) ?? data.mimeType
  const filename = asWords(given?.filename)
  checkWeight(data.bytes, allowances[holder.type])
  checkKind(mimeType, holder.type)
  const file = { bytes: data.bytes, mimeType, ...(filename !== undefined && { filename }) }
  const { id } = await upload(file, { account, ...(signal && { signal }) })
  return withId(message, holder, id)
}

/** What of the content has a file: the content itself, or its header. */
type FileHolder = OutboundMedia | OutboundHeader

function holderOf(content: OutboundContent): FileHolder | undefined {
  if ('media' in content) return content
  const header = 'header' in content ? asFields(content.header) : undefined
  return header && 'media' in header ? (header as unknown as OutboundHeader) : undefined
}

function withId(message: OutboundMessage, holder: FileHolder, id: string): OutboundMessage {
  const { url: _, ...media } = holder.media
  const held = { ...holder, media: { ...media, id } }
  const content = (
    'media' in message.content ? held : { ...message.content, header: held }
  ) as OutboundContent
  return { ...message, content }
}

function checkWeight({ byteLength }: Uint8Array, { bytes }: Allowance): void {
  if (byteLength === 0) throw wrong('the file is empty.')
  if (byteLength > bytes) throw wrong(`the file has ${byteLength} bytes, and at most ${bytes} may be.`)
}

function checkKind(mimeType: string, type: MediaContent['type']): void {
  const { mimeTypes } = allowances[type]
  const [plain = ''] = mimeType.toLowerCase().split(';')
  if (!mimeTypes || mimeTypes.includes(plain.trim())) return
  throw wrong(`the file is no ${mimeTypes.join(' or ')}, as its media type must be to go out as ${type}.`)
}
