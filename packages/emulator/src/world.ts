import type { Provider } from './account.js'
import type { Chats } from './chats.js'
import type { EventLog } from './event-log.js'
import type { FaultScript } from './faults/fault-script.js'
import type { Change } from './graph/webhooks/wire.js'
import type { Ids } from './ids.js'
import type { LedgerRecorder } from './ledger.js'
import type { MediaStore } from './media-store.js'
import type { ModelScript } from './model/model-script.js'
import type { People } from './people.js'
import type { Settings } from './settings.js'
import type { Timers } from './timers.js'
import type { Watch } from './watch.js'
import type { PostOffice } from './webhooks/post-office.js'
import type { Webhooks } from './webhooks/webhooks.js'

/** All state of one emulator. The parts of the house take it as their first argument. */
export interface World {
  readonly settings: Settings
  readonly now: () => number
  readonly ids: Ids
  readonly timers: Timers
  readonly watch: Watch
  readonly events: EventLog
  readonly people: People
  readonly chats: Chats
  readonly media: MediaStore
  readonly ledger: LedgerRecorder
  readonly faults: FaultScript
  readonly office: PostOffice
  /** The webhooks of Meta's numbers. */
  readonly meta: Webhooks<Change>
  /** Meta first, then those that were asked for. */
  readonly providers: readonly Provider[]
  readonly model: ModelScript
  /** `http://127.0.0.1:PORT`, known once it listens. */
  readonly origin: () => string
}
