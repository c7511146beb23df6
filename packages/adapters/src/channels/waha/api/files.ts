import { ChannelError, type DownloadOptions, type MediaFile, type MediaRef } from '@switchboard/core'
import {
  apiClient,
  type CallApi,
  fetchTransport,
  type Judge,
  nodeTransport,
  readDataUrl,
  readToken,
  refused,
} from '../../../http/index.js'
import { asFields, type Draft } from '../../../values.js'
import type { WahaSettings } from '../options.js'
import { errorOfAnswer, waha } from './errors.js'

/** WhatsApp's longest documents. */
const defaultMaxBytes = 100 * 1024 * 1024

export type Download = (media: MediaRef, options?: DownloadOptions) => Promise<MediaFile>

/**
 * Files of WAHA lie under `/api/files/`, with an address of `WAHA_BASE_URL`, which is often one inside its own network: they
 * are fetched from where we reach WAHA. What lies elsewhere is fetched from listed origins only, without the key: a
 * webhook names the address, and must not make us ask our own network for things.
 */
export function fileDownloads(settings: WahaSettings): Download {
  const own = filesClient(settings.base, settings, true)
  const others = new Map(settings.mediaOrigins.map(base => [base.origin, filesClient(base, settings, false)]))

  function locate(address: string): { call: CallApi; path: string } {
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (!url) throw refused('The address of the file is no URL: nothing was fetched.', 'message')
    const start = url.pathname.indexOf('/api/files/')
    const other = others.get(url.origin)
    if (other) return { call: other, path: url.pathname + url.search }
    if (start === -1 || climbs(url.pathname)) {
      const advice = 'add its origin to mediaOrigins if WAHA stores its files there.'
      throw refused(`The file lies outside of WAHA's /api/files: ${advice}`, 'message')
    }
    return { call: own, path: settings.path + url.pathname.slice(start) + url.search }
  }

  return async ({ url, mimeType, filename }, options = {}) => {
    if (url === undefined) {
      const message = 'The file has no address: WAHA did not download it. Check WHATSAPP_DOWNLOAD_MEDIA.'
      throw refused(message, 'message')
    }
    const { maxBytes = defaultMaxBytes, signal } = options
    const inline = readDataUrl(url)
    const file: Draft<MediaFile> = inline ? { ...inline } : { ...(await fetchFile(url, maxBytes, signal)) }
    if (file.bytes.byteLength > maxBytes) throw tooLong(maxBytes)
    if (mimeType !== undefined) file.mimeType ??= mimeType
    if (filename !== undefined) file.filename = filename
    return file
  }

  async function fetchFile(
    url: string,
    maxBytes: number,
    signal: AbortSignal | undefined,
  ): Promise<MediaFile> {
    const { call, path } = locate(url)
    const answer = await call({ method: 'GET', path, maxBytes, ...(signal && { signal }) })
    if (answer.truncated) {
      if (answer.body.byteLength >= maxBytes) throw tooLong(maxBytes)
      throw new ChannelError('channel_refused', 'The file broke off: try again.', { retryable: true })
    }
    const mimeType = answer.header('content-type')
    return mimeType === undefined ? { bytes: answer.body } : { bytes: answer.body, mimeType }
  }
}

/** Longer than other requests: a video takes its time. */
const timeoutFactor = 4

function filesClient(base: URL, { fetch, apiKey, timeoutMs, now }: WahaSettings, isOwn: boolean): CallApi {
  return apiClient({
    provider: waha,
    transport: fetch ? fetchTransport(base, fetch, waha) : nodeTransport(base, waha),
    basePath: '',
    timeoutMs: timeoutMs * timeoutFactor,
    now,
    judge: errorOfFile,
    async authorize(signal) {
      if (!isOwn || apiKey === undefined) return { headers: {}, secrets: [] }
      const key = await readToken(apiKey, 'apiKey', waha, signal)
      return { headers: { 'x-api-key': key }, secrets: [key] }
    },
  })
}

/** WAHA keeps files for three minutes unless told otherwise (`WHATSAPP_FILES_LIFETIME`). */
const errorOfFile: Judge = (answer, context) => {
  if (answer.status >= 200 && answer.status < 300) return undefined
  if (answer.status !== 404) return errorOfAnswer(answer, context)
  const key = asFields(asFields(answer.content)?.error)?.key
  const providerCode = key === 'FILE_NOT_FOUND' ? key : '404'
  const message =
    'The file is gone: fetch files at once, or let WAHA keep them longer (WHATSAPP_FILES_LIFETIME).'
  return new ChannelError('channel_refused', message, { providerCode })
}

function climbs(path: string): boolean {
  try {
    return /(^|[\\/])\.\.([\\/]|$)/.test(decodeURIComponent(path))
  } catch {
    return true
  }
}

function tooLong(maxBytes: number): ChannelError {
  return refused(`The file is longer than ${maxBytes} bytes: raise maxBytes to have it.`, 'message')
}
