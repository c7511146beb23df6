import { ChannelError, type DownloadOptions, type MediaFile, type MediaRef } from '@switchboard/core'
import type { ApiAnswer, CallApi, Judge } from '../../../http/index.js'
import { parseBaseUrl, readRetryAfter, refused } from '../../../http/index.js'
import type { Draft } from '../../../values.js'
import { segment } from './address.js'
import { foreignClient, type GateSettings, gateClient } from './client.js'

/** 100 MiB: the longest of WhatsApp's documents. */
const longestFile = 100 * 1024 * 1024
const shortestTimeoutMs = 120_000

interface DownloadSettings extends GateSettings {
  readonly webhookSecret: string | undefined
}

/**
 * Fetches files: by id from `GET /media/{id}`, and by the link that a webhook gave when there is no id or Whapi does not have
 * it any more. The token goes to the API's own origin only. Without a secret anybody may have written the link, to make us ask
 * our own network for things: then none leads to another server.
 */
export function downloader(given: DownloadSettings) {
  const settings = { ...given, timeoutMs: Math.max(given.timeoutMs, shortestTimeoutMs) }
  const byId = gateClient(settings, errorOfFile)
  const ownLinks = gateClient({ ...settings, path: '' }, errorOfFile)

  function clientOf(url: URL): CallApi {
    return url.origin === settings.base.origin ? ownLinks : foreignClient(settings, url, errorOfFile)
  }

  function mayFollow(link: string): boolean {
    return settings.webhookSecret !== undefined || parseBaseUrl(link)?.origin === settings.base.origin
  }

  async function fetchLink(link: string, options: DownloadOptions): Promise<ApiAnswer> {
    const url = parseBaseUrl(link)
    if (url && !mayFollow(link)) {
      throw refused('The link is of a webhook that nobody has verified: set webhookSecret.', 'message')
    }
    // Plain http leads to what is near by and has no certificate, such as a cloud's own services.
    if (!url || (settings.base.protocol === 'https:' && (url.protocol === 'http:' || isNearBy(url)))) {
      throw refused("The file's link is no https address of the internet.", 'message')
    }
    return clientOf(url)({ ...options, method: 'GET', path: `${url.pathname}${url.search}` })
  }

  async function fetchFile({ id, url }: MediaRef, options: DownloadOptions): Promise<ApiAnswer> {
    if (id === undefined) {
      if (url === undefined)
        throw refused('The file has neither an id nor a link: nobody can fetch it.', 'message')
      return fetchLink(url, options)
    }
    try {
      return await byId({ ...options, method: 'GET', path: `/media/${segment(id)}` })
    } catch (error) {
      const gone = error instanceof ChannelError && error.code === 'channel_refused' && !error.retryable
      if (!gone || url === undefined || !mayFollow(url)) throw error
      return fetchLink(url, options)
    }
  }

  return async (media: MediaRef, options: DownloadOptions = {}): Promise<MediaFile> => {
    const { maxBytes = longestFile, signal } = options
    const answer = await fetchFile(media, { maxBytes, ...(signal && { signal }) })
    return readFile(answer, media, maxBytes)
  }
}

/** Whapi's files have names on the internet; numbers and names without a dot are machines of our own network. */
function isNearBy({ hostname }: URL): boolean {
  return /^\[|^[\d.]+$|^[^.]+\.?$|\.(local|localhost|internal)\.?$/.test(hostname)
}

function readFile(answer: ApiAnswer, media: MediaRef, maxBytes: number): MediaFile {
  const { body: bytes, truncated } = answer
  if (truncated && bytes.byteLength >= maxBytes) {
    throw refused(`The file is longer than ${maxBytes} bytes.`, 'message')
  }
  const said = answer.header('content-type')
  const isPage = said?.startsWith('text/html') === true && !media.mimeType?.startsWith('text/html')
  if (truncated || bytes.byteLength === 0 || isPage) {
    const what = truncated ? 'ended too early' : isPage ? 'was a web page' : 'was empty'
    throw new ChannelError('channel_refused', `The file ${what}: try again.`, { retryable: true })
  }
  const file: Draft<MediaFile> = { bytes }
  const mimeType = said ?? media.mimeType
  if (mimeType !== undefined) file.mimeType = mimeType
  if (media.filename !== undefined) file.filename = media.filename
  return file
}

/** By status alone: a file may be JSON that looks like an error. */
const errorOfFile: Judge = (answer, { now }) => {
  const { status } = answer
  if (status >= 200 && status < 300) return undefined
  const retryable = status === 408 || status === 429 || status >= 500
  const advice = retryable ? 'try again later' : 'it is gone, or its link has expired'
  const retryAfterMs = readRetryAfter(answer.header('retry-after'), now)
  return new ChannelError('channel_refused', `The file could not be fetched (HTTP ${status}): ${advice}.`, {
    retryable,
    ...(retryable && retryAfterMs !== undefined && { retryAfterMs }),
  })
}
