import { createHash } from 'node:crypto'
import { ChannelError, type DownloadOptions, type MediaFile, type MediaRef } from '@switchboard/core'
import { type ApiAnswer, type CallApi, pathSegment, refused } from '../../../http/index.js'
import { asFields, asNumber, asText, asWords, type Draft } from '../../../values.js'
import { fileClient, type GraphSettings } from './client.js'

interface DownloadSettings extends GraphSettings {
  readonly phoneNumberId: string
  readonly mediaTimeoutMs: number
}

/** Where a file is, and what Meta says about it. */
interface Found {
  readonly url: URL
  readonly mimeType?: string | undefined
  readonly sha256?: string | undefined
}

/** Meta, "Media": documents, the longest files. */
const longestFile = 100 * 1024 * 1024

/**
 * Fetches files in Meta's two steps: `GET /{media id}` tells an address that holds five minutes, and the address wants the
 * token again (Meta, "Download media"). Webhooks bring such an address along, which saves the first step while it is fresh.
 */
export function mediaDownload(call: CallApi, settings: DownloadSettings) {
  const fetchFile = fileFetcher(settings)

  async function lookUp(id: string, { account, signal, maxBytes }: Required<Limits>): Promise<Found> {
    const path = `/${pathSegment(id)}?phone_number_id=${encodeURIComponent(account)}`
    const content = asFields((await call({ method: 'GET', path, ...(signal && { signal }) })).content)
    const text = asWords(content?.url)
    const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined
    if (!url || !isReachable(url, settings)) throw fileError('Meta told no address of the file.', true)
    checkLength(asNumber(content?.file_size), maxBytes)
    return { url, mimeType: asWords(content?.mime_type), sha256: asWords(content?.sha256) }
  }

  return async (media: MediaRef, options: DownloadOptions = {}): Promise<MediaFile> => {
    const { account = settings.phoneNumberId, maxBytes = longestFile, signal } = options
    if (!(maxBytes >= 0)) throw fileError('maxBytes is no number of bytes.', false)
    const limits = { account, maxBytes, signal }
    const known = addressOf(media, settings)
    const { id } = media
    if (!known && id === undefined) {
      throw fileError('The media has no id, and no address at a host of Meta: it cannot be fetched.', false)
    }
    let found = known ?? (await lookUp(String(id), limits))
    let answer = await fetchFile(found.url, limits)
    // The address is too old, or belongs to another token: a new one is asked for, once.
    if (isStale(answer.status) && id !== undefined) {
      found = await lookUp(id, limits)
      answer = await fetchFile(found.url, limits)
    }
    return fileOf(answer, media, found, maxBytes)
  }
}

interface Limits {
  readonly account: string
  readonly maxBytes: number
  readonly signal: AbortSignal | undefined
}

/** One client a host, so that connections are kept. The hosts are Meta's, so they are few. */
function fileFetcher(settings: DownloadSettings) {
  const clients = new Map<string, CallApi>()
  return (url: URL, { maxBytes, signal }: Limits): Promise<ApiAnswer> => {
    let client = clients.get(url.origin)
    if (!client) {
      client = fileClient(url, isTrusted(url, settings), settings)
      clients.set(url.origin, client)
    }
    return client({
      method: 'GET',
      path: `${url.pathname}${url.search}`,
      // One more tells a file that is too long from one that was cut off.
      maxBytes: maxBytes + 1,
      timeoutMs: settings.mediaTimeoutMs,
      ...(signal && { signal }),
    })
  }
}

/**
 * Whether a host may see the token: the Graph API itself, and `lookaside.fbsbx.com` with its siblings, from which Meta gives
 * files. All of `fbsbx.com` is Meta's.
 */
function isTrusted(url: URL, { base }: GraphSettings): boolean {
  if (url.origin === base.origin) return true
  return url.protocol === 'https:' && url.port === '' && /(^|\.)fbsbx\.com$/.test(url.hostname)
}

/** Other hosts are asked only when Meta itself has just named them, and without the token. */
function isReachable(url: URL, settings: GraphSettings): boolean {
  return url.protocol === 'https:' || isTrusted(url, settings)
}

/** A webhook's address counts at hosts that are trusted only: without an `appSecret` anybody may have written it. */
function addressOf({ url }: MediaRef, settings: GraphSettings): Found | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const parsed = new URL(url)
  return isTrusted(parsed, settings) ? { url: parsed } : undefined
}

function isStale(status: number): boolean {
  return status === 401 || status === 403 || status === 404 || status === 410
}

function fileOf(answer: ApiAnswer, media: MediaRef, found: Found, maxBytes: number): MediaFile {
  const { status, body, truncated } = answer
  if (status !== 200) {
    const later = status === 408 || status === 429 || status >= 500
    const advice = isStale(status) ? 'it is gone, or belongs to another account' : 'try again later'
    throw fileError(`Meta does not give the file (HTTP ${status}): ${advice}.`, later)
  }
  checkLength(body.byteLength, maxBytes)
  if (truncated) throw fileError('The connection broke before the end of the file: try again.', true)
  if (!hasDigest(body, media.sha256 ?? found.sha256)) {
    throw fileError('The file is not the one that its sha256 stands for: it was damaged on the way.', true)
  }
  const file: Draft<MediaFile> = { bytes: body }
  const mimeType = media.mimeType ?? found.mimeType ?? asText(answer.header('content-type'))
  if (mimeType !== undefined) file.mimeType = mimeType
  if (media.filename !== undefined) file.filename = media.filename
  return file
}

function checkLength(length: number | undefined, maxBytes: number): void {
  if (length !== undefined && length > maxBytes) {
    throw refused(
      `The file is longer than maxBytes, ${maxBytes}: raise it, or do without the file.`,
      'message',
    )
  }
}

/** Webhooks write SHA-256 in base64, `GET /{media id}` in hex. What can be neither cannot be compared. */
function hasDigest(bytes: Uint8Array, sha256: string | undefined): boolean {
  if (sha256 === undefined) return true
  const encoding = /^[\da-f]{64}$/i.test(sha256) ? 'hex' : 'base64'
  const expected = Buffer.from(sha256, encoding)
  if (expected.byteLength !== 32) return true
  return createHash('sha256').update(bytes).digest().equals(expected)
}

function fileError(message: string, retryable: boolean): ChannelError {
  return new ChannelError('channel_refused', message, { retryable })
}
