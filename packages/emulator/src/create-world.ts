import { createChats } from './chats.js'
import { createEventLog } from './event-log.js'
import { createFaultScript } from './faults/fault-script.js'
import { createIds } from './ids.js'
import { createLedger } from './ledger.js'
import { createMediaStore } from './media-store.js'
import { createModelScript } from './model/model-script.js'
import type { EmulatorOptions } from './options.js'
import { createPeople } from './people.js'
import { resolveSettings } from './settings.js'
import { createTimers } from './timers.js'
import { createWatch } from './watch.js'
import { createWebhooks, type Webhooks } from './webhooks/webhooks.js'
import type { World } from './world.js'

/** Puts the parts of one emulator together. */
export function createWorld(options: EmulatorOptions, origin: () => string): World {
  const settings = resolveSettings(options)
  const now = options.now ?? Date.now
  const ids = createIds()
  const timers = createTimers()
  const watch = createWatch()
  const events = createEventLog(now())
  const faults = createFaultScript(events)
  const webhooks: Webhooks = createWebhooks({ settings, timers, events, faults, now })
  return {
    settings,
    now,
    ids,
    timers,
    watch,
    events,
    people: createPeople(ids, events, options.people),
    chats: createChats(events),
    media: createMediaStore(ids, now, origin),
    ledger: createLedger({ now, events, watch, wait: timers.wait, diagnose: webhooks.describe }),
    faults,
    webhooks,
    model: createModelScript(options.model ?? {}, watch),
    origin,
  }
}

/** Back to the start; settings and webhook stay. */
export function resetWorld(world: World): void {
  world.faults.view.clear()
  for (const part of [world.ledger, world.chats, world.media, world.webhooks, world.model, world.people])
    part.reset()
  world.events.append('reset', {})
}
