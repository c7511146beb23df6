import type { ProviderName } from './account.js'
import type { EventLog } from './event-log.js'
import type { JsonObject } from './json.js'
import type { Watch } from './watch.js'

/** One request to the API of a provider, in order of arrival. */
export interface LedgerEntry {
  /** Counts up from 1 over everything that the emulator receives, model requests included. */
  readonly sequence: number
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  readonly method: string
  /** With query. */
  readonly path: string
  /** Lower case; tokens and keys are redacted, in the path too. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed JSON, `{ _multipart: … }` for an upload, or undefined. */
  readonly body: unknown
  /** True once the emulator did what was asked, whether or not its answer arrived. */
  readonly accepted: boolean
  /** The answer, also when it was never sent. Absent while the request is pending, or was dropped unaccepted. */
  readonly response?: { readonly status: number; readonly body: unknown }
  /** What became of the answer. `client-left`: the caller hung up first. */
  readonly outcome: 'pending' | 'answered' | 'withheld' | 'reset' | 'client-left'
  /** The scripted fault that it met. */
  readonly fault?: string
}

/** An accepted outgoing message. */
export interface SentMessage {
  /** The provider's id of the message. */
  readonly wamid: string
  readonly provider: ProviderName
  /** As in the request: a phone number, a BSUID (from `recipient`), a chat id or a group id. */
  readonly to: string
  /** Key of the person it reached; absent for a group. */
  readonly person?: string
  /** Which account sent it: Meta's phone number id, Whapi's channel id, WAHA's session, the MCP server's id. */
  readonly phoneNumberId: string
  /** Meta's word for the kind: text, image, … */
  readonly type: string
  /** The text, the caption or the body of an interactive message. */
  readonly text?: string
  /** What it quotes. */
  readonly quotedId?: string
  /** `biz_opaque_callback_data`. */
  readonly opaque?: string
  /** The whole request body. */
  readonly body: JsonObject
  readonly acceptedAt: number
  /** The `sequence` of its ledger entry. */
  readonly sequence: number
}

/** A read mark, or a typing bubble alone; `typing` is true when the bubble was asked for. */
export interface ReadMark {
  /** Absent when it only asked for the bubble, as Whapi and WAHA do. */
  readonly messageId?: string
  readonly provider: ProviderName
  readonly typing: boolean
  readonly at: number
  readonly sequence: number
}

/** A refused request with the reason. */
export interface Refusal {
  readonly entry: LedgerEntry
  readonly code: number
  readonly message: string
  readonly details?: string
}

/** What the emulator received: the outside witness of a test. */
export interface Ledger extends Iterable<LedgerEntry> {
  readonly length: number
  requests(): readonly LedgerEntry[]
  /** Every acceptance, also one whose answer never reached the caller. */
  sent(): readonly SentMessage[]
  readonly reads: readonly ReadMark[]
  /** The marks that showed a typing bubble. */
  readonly typing: readonly ReadMark[]
  /** Resolves with all sent messages once there are `count`; rejects after `timeoutMs` (5000) and says what there is. */
  waitForSent(count: number, timeoutMs?: number): Promise<readonly SentMessage[]>
  /** Resolves with the first sent message that the predicate accepts, past ones included. */
  waitForSent(predicate: (sent: SentMessage) => boolean, timeoutMs?: number): Promise<SentMessage>
  /** Resolves once no request has come in for `ms`: to show that nothing more is sent. */
  waitForQuiet(ms: number): Promise<void>
}

export interface LedgerRecorder {
  readonly view: Ledger
  readonly refusals: readonly Refusal[]
  nextSequence(): number
  open(entry: Omit<LedgerEntry, 'accepted' | 'outcome' | 'sequence' | 'receivedAt'>): LedgerEntry
  change(entry: LedgerEntry, changes: Partial<LedgerEntry>): void
  addSent(sent: SentMessage): void
  findSent(wamid: string): SentMessage | undefined
  addRead(mark: ReadMark): void
  addRefusal(refusal: Refusal): void
  reset(): void
}

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] }

export interface LedgerParts {
  readonly now: () => number
  readonly events: EventLog
  readonly watch: Watch
  readonly wait: (ms: number) => Promise<boolean>
  /** What else to say when a wait was in vain, such as how the webhooks went. */
  readonly diagnose: () => string
}

export function createLedger({ now, events, watch, wait, diagnose }: LedgerParts): LedgerRecorder {
  const entries: Mutable<LedgerEntry>[] = []
  const sent: SentMessage[] = []
  const sentById = new Map<string, SentMessage>()
  const reads: ReadMark[] = []
  const refusals: Refusal[] = []
  let sequence = 0
  const view: Ledger = {
    get length() {
      return entries.length
    },
    [Symbol.iterator]: () => entries.values(),
    requests: () => [...entries],
    sent: () => [...sent],
    get reads() {
      return reads.filter(mark => mark.messageId !== undefined)
    },
    get typing() {
      return reads.filter(mark => mark.typing)
    },
    waitForSent: waitForSent(sent, watch, () => `${summarize(sent, refusals)} ${diagnose()}`),
    async waitForQuiet(ms) {
      for (let before = -1; before !== sequence; ) {
        before = sequence
        if (!(await wait(ms))) return
      }
    },
  }
  return {
    view,
    refusals,
    nextSequence: () => ++sequence,
    open(entry) {
      sequence += 1
      const fresh = { sequence, receivedAt: now(), accepted: false, outcome: 'pending' } as const
      const opened: Mutable<LedgerEntry> = { ...entry, ...fresh }
      entries.push(opened)
      return opened
    },
    change(entry, changes) {
      Object.assign(entry, changes)
      if (changes.outcome) events.append('request', { ...entry })
    },
    addSent(message) {
      sent.push(message)
      sentById.set(message.wamid, message)
      watch.notify()
    },
    findSent: wamid => sentById.get(wamid),
    addRead: mark => void reads.push(mark),
    addRefusal: refusal => void refusals.push(refusal),
    reset() {
      for (const list of [entries, sent, reads, refusals]) list.length = 0
      sentById.clear()
    },
  }
}

function waitForSent(
  sent: readonly SentMessage[],
  watch: Watch,
  situation: () => string,
): Ledger['waitForSent'] {
  function wait(count: number, timeoutMs?: number): Promise<readonly SentMessage[]>
  function wait(predicate: (sent: SentMessage) => boolean, timeoutMs?: number): Promise<SentMessage>
  function wait(
    wanted: number | ((sent: SentMessage) => boolean),
    timeoutMs = 5_000,
  ): Promise<readonly SentMessage[] | SentMessage> {
    if (typeof wanted === 'function')
      return watch.until(
        () => sent.find(wanted),
        timeoutMs,
        () => `a sent message that fits. ${situation()}`,
      )
    const probe = () => (sent.length >= wanted ? [...sent] : undefined)
    return watch.until(probe, timeoutMs, () => `${wanted} sent message(s). ${situation()}`)
  }
  return wait
}

function summarize(sent: readonly SentMessage[], refusals: readonly Refusal[]): string {
  const seen = sent.slice(-10).map(each => `${each.type} ${JSON.stringify(each.text ?? '')} to ${each.to}`)
  const refused = refusals.at(-1)
  const accepted = `Accepted so far: ${sent.length}${seen.length > 0 ? ` (${seen.join(', ')})` : ''}.`
  if (!refused) return accepted
  return `${accepted} Refused: ${refusals.length}, the last: ${refused.message}. ${refused.details ?? ''}`.trim()
}
