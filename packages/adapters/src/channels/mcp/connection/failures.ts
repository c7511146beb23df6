import { ChannelError, type ChannelErrorScope, SwitchboardError } from '@switchboard/core'
import { neverLeft, outcomeUnknown, type Provider, readRetryAfter, sharesRun } from '../../../http/index.js'
import { asFields, asNumber, asWords } from '../../../values.js'
import type { ToolFailure } from '../results/read.js'
import type { CallWatch } from './watch.js'

export const mcp: Provider = {
  name: 'the MCP server',
  urlOption: 'url or command',
  reconcileAdvice: 'Look for it in the chat: a poll that finds it settles this by itself.',
}

/** What became of a call that the server did not answer with a result. */
export interface CallFailure {
  readonly error: ChannelError
  /** The next call needs a connection of its own. */
  readonly lost: boolean
  /** The server knew nothing of this connection: on a new one the same call may be made at once. */
  readonly again: boolean
}

/**
 * Codes of JSON-RPC, and of MCP 2026-07-28, with which a server refuses before it does anything: parse error, invalid request,
 * unknown method, invalid parameters (also an unknown tool), header mismatch, unsupported version.
 * Others may come from the middle of a send; the SDKs themselves use some for timeouts and lost connections.
 */
const refusingCodes = new Set([-32700, -32600, -32601, -32602, -32020, -32022])

/** Errors of the SDKs (`SdkErrorCode`) that come before anything is asked. */
const localCodes = new Set(['NOT_CONNECTED', 'NOT_INITIALIZED', 'CAPABILITY_NOT_SUPPORTED'])

/** Sessions that a server has forgotten: 404 by the specification, 400 by many servers that keep them in memory. */
const forgotten = new Set([400, 404, 410])

/** @param aborted the caller or the deadline gave up */
export function judgeCall(error: unknown, watch: CallWatch, aborted: boolean, now: number): CallFailure {
  const failure = (channelError: ChannelError, lost: boolean, again = false) => ({
    error: channelError,
    lost,
    again,
  })
  if (SwitchboardError.is(error) && 'scope' in error) return failure(error as ChannelError, false)
  if (!watch.left) return failure(neverLeft(mcp, bare(error)), true)
  const code = asFields(error)?.code
  const status = statusOf(error)
  if (aborted) return failure(outcomeUnknown(mcp, 'The MCP server gave no answer in time', bare(error)), true)
  if (status !== undefined) {
    const wait = readRetryAfter(watch.retryAfter, now)
    return failure(ofStatus(status, wait), status !== 429, forgotten.has(status))
  }
  // -32021: the server needs a client that can be asked.
  if (code === 'UNSUPPORTED_RESULT_TYPE' || code === -32021) return failure(asksBack(), false)
  if (typeof code === 'number' && refusingCodes.has(code) && !isAfterTheTool(error)) {
    const message = `The MCP server refused the call (JSON-RPC error ${code}): compare the profile with its tools.`
    return failure(
      new ChannelError('channel_refused', message, { providerCode: String(code) }),
      true,
      code === -32020,
    )
  }
  if (typeof code === 'string' && localCodes.has(code))
    return failure(neverLeft(mcp, bare(error)), true, true)
  const what = `The MCP server gave no answer that can be read${named(code)}`
  return failure(outcomeUnknown(mcp, what, bare(error)), true)
}

/**
 * Clients with cached schemas and servers of the official SDKs check what a tool gave, after it has run, and complain with the
 * codes and words of a refusal.
 */
const afterTheTool = /output ?schema|structured ?content|output validation|invalid (\w+ )?(result|output)/i

function isAfterTheTool(error: unknown): boolean {
  return afterTheTool.test(asWords(asFields(error)?.message) ?? '')
}

function asksBack(): ChannelError {
  const message =
    'The MCP server asks for input (input_required) before it runs the tool, which a bot cannot give: turn its confirmations off.'
  return new ChannelError('channel_refused', message, { providerCode: 'input_required' })
}

/** A connection that could not be made: nothing was asked of a tool. */
export function judgeConnect(error: unknown): ChannelError {
  if (SwitchboardError.is(error) && 'scope' in error) return error as ChannelError
  const code = asFields(error)?.code
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    const message =
      'The MCP channel needs the package @modelcontextprotocol/client: install it, or pass a client.'
    return new ChannelError('channel_refused', message, { scope: 'account', cause: error })
  }
  if (code === 'ENOENT' || code === 'EACCES') {
    const message = `The MCP server cannot be started (${code}): check command, args and cwd.`
    return new ChannelError('channel_refused', message, { scope: 'account', cause: bare(error) })
  }
  const status = statusOf(error)
  if (status !== undefined && status < 500) return ofStatus(status, undefined)
  const message = `No connection to the MCP server${named(deepestCode(error))}: nothing was sent. Check that it runs, and url or command.`
  return new ChannelError('channel_refused', message, { retryable: true, cause: bare(error) })
}

/** Of the endpoint itself, or of the API behind a tool that passes it on. */
function ofStatus(status: number, retryAfterMs: number | undefined): ChannelError {
  const options = { providerCode: String(status), ...(retryAfterMs !== undefined && { retryAfterMs }) }
  const refuse = (advice: string, scope: ChannelErrorScope, retryable: boolean) =>
    new ChannelError('channel_refused', `The MCP server answered ${status}: ${advice}`, {
      ...options,
      scope,
      retryable,
    })
  if (status < 400) return refuse('it redirects: give its final address as url.', 'account', false)
  if (status === 401 || status === 403) return refuse('check token and headers.', 'auth', false)
  if (status === 408 || status === 429 || status === 503) return refuse('try again later.', 'account', true)
  if (status === 404 || status === 405) return refuse('check url.', 'account', false)
  if (status >= 400 && status < 500) return refuse('it does not accept the request.', 'message', false)
  return outcomeUnknown(mcp, `The MCP server answered ${status}`)
}

const whatNobodyKnows =
  /tim(ed?|e) ?-?out|deadline|etimedout|econnreset|socket hang up|connection (was )?(closed|reset|lost|aborted)/i
const comesBack = /rate.?limit|too many|try again|overload|temporar|not (yet )?(connected|ready)|unavailable/i

/**
 * What a tool said itself. Its words decide only what they plainly say: a timeout behind it leaves the outcome open.
 *
 * @param secrets what no error may repeat
 */
export function judgeTool(
  tool: string,
  { words, status }: ToolFailure,
  secrets: readonly string[],
): ChannelError {
  if (status !== undefined) return ofStatus(status, undefined)
  if (whatNobodyKnows.test(words)) return outcomeUnknown(mcp, `The tool ${tool} failed while it waited`)
  if (afterTheTool.test(words)) return outcomeUnknown(mcp, `The tool ${tool} ran, and its answer was refused`)
  const said = words.slice(0, 1_000).replace(/\s+/g, ' ').trim().slice(0, 200)
  const harmless = said !== '' && !secrets.some(secret => sharesRun(said, secret))
  // A tool that reads may name people, whose addresses are numbers.
  const told = harmless ? `: ${said.replace(/\d{7,}/g, '…')}` : ''
  return new ChannelError('channel_refused', `The tool ${tool} refused${told}`, {
    retryable: comesBack.test(words),
  })
}

/** Whoever only reads may ask again, whatever became of the first time. */
export function forReading(error: ChannelError): ChannelError {
  if (error.code === 'channel_refused') return error
  const message = 'The MCP server gave no usable answer: it is asked again.'
  return new ChannelError('channel_refused', message, { retryable: true, cause: error })
}

/** `status` is the newer SDK's; the older one has HTTP's status as its `code`. */
function statusOf(error: unknown): number | undefined {
  const fields = asFields(error)
  const status = asNumber(fields?.status) ?? (typeof fields?.code === 'number' ? fields.code : undefined)
  if (fields?.name === 'UnauthorizedError') return 401
  if (status !== undefined && status >= 300 && status < 600) return status
  return fields?.cause !== undefined && fields.cause !== error ? statusOf(fields.cause) : undefined
}

/** The SDKs' messages carry bodies, and those repeat what was asked: only the kind of the error is kept. */
function bare(error: unknown): Error | undefined {
  if (SwitchboardError.is(error)) return error
  const fields = asFields(error)
  const inner = asFields(fields?.cause)
  const code = fields?.code ?? inner?.code
  const kind = asWords(fields?.name) ?? 'Error'
  if (fields === undefined) return undefined
  return Object.assign(new Error(`${kind}${named(code)}`), code === undefined ? {} : { code })
}

/** The socket's `ECONNREFUSED` says more than the SDK's `ERA_NEGOTIATION_FAILED` around it, which keeps its cause in `data`. */
function deepestCode(error: unknown, depth = 0): unknown {
  const fields = asFields(error)
  const inner = fields?.cause ?? asFields(fields?.data)?.cause
  return (inner !== undefined && depth < 5 ? deepestCode(inner, depth + 1) : undefined) ?? fields?.code
}

function named(code: unknown): string {
  return typeof code === 'string' || typeof code === 'number' ? ` (${code})` : ''
}
