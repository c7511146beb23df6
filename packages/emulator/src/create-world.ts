import type { Provider } from './account.js'
import { createChats } from './chats.js'
import { EmulatorError } from './errors.js'
import { createEventLog } from './event-log.js'
import { createFaultScript } from './faults/fault-script.js'
import { metaProvider, metaWebhooks } from './graph/provider.js'
import { createIds } from './ids.js'
import { createLedger } from './ledger.js'
import { type McpAccount, mcpProvider } from './mcp/provider.js'
import { createMediaStore } from './media-store.js'
import { createModelScript } from './model/model-script.js'
import type { EmulatorOptions } from './options.js'
import { createPeople } from './people.js'
import { resolveSettings } from './settings.js'
import { createTimers } from './timers.js'
import { type WahaAccount, wahaProvider } from './waha/provider.js'
import { createWatch } from './watch.js'
import { createPostOffice } from './webhooks/post-office.js'
import { type WhapiAccount, whapiProvider } from './whapi/provider.js'
import type { World } from './world.js'

/** A world, and the accounts of the providers that were asked for beside Meta. */
export interface Created {
  readonly world: World
  readonly whapi: WhapiAccount | undefined
  readonly waha: WahaAccount | undefined
  readonly mcp: McpAccount | undefined
}

/** Puts the parts of one emulator together. */
export function createWorld(options: EmulatorOptions, origin: () => string): Created {
  const settings = resolveSettings(options)
  const now = options.now ?? Date.now
  const ids = createIds()
  const timers = createTimers()
  const watch = createWatch()
  const events = createEventLog(now())
  const faults = createFaultScript(events)
  const office = createPostOffice({ timers, events, faults, redelivery: settings.redelivery, now })
  const providers: Provider[] = []
  const diagnose = (): string => providers.map(provider => provider.describe()).join(' ')
  const world: World = {
    settings,
    now,
    ids,
    timers,
    watch,
    events,
    people: createPeople(ids, events, options.people),
    chats: createChats(events),
    media: createMediaStore(ids),
    ledger: createLedger({ now, events, watch, wait: timers.wait, diagnose }),
    faults,
    office,
    meta: metaWebhooks(office, settings),
    providers,
    model: createModelScript(options.model ?? {}, watch),
    origin,
  }
  const whapi = options.whapi && whapiProvider(world, options.whapi)
  const waha = options.waha && wahaProvider(world, options.waha)
  const mcp = options.mcp && mcpProvider(world, options.mcp)
  const others = [whapi, waha, mcp].filter(provider => provider !== undefined)
  providers.push(metaProvider(world), ...others)
  requireOwnIds(providers)
  return { world, whapi: whapi?.whapi, waha: waha?.waha, mcp: mcp?.mcp }
}

const ID_OPTIONS = { meta: 'phoneNumberId', whapi: 'whapi.channelId', waha: 'waha.session', mcp: 'mcp.id' }

/** Whatever names an account must name one alone, and must fit into the key of a chat. */
function requireOwnIds(providers: readonly Provider[]): void {
  const known = new Set<string>(providers.map(provider => provider.name))
  for (const { id, provider } of providers.flatMap(each => each.accounts)) {
    if (known.has(id)) throw new EmulatorError('invalid-option', `two accounts are called "${id}".`)
    if (!/^[\w.-]+$/.test(id)) {
      const option = ID_OPTIONS[provider]
      throw new EmulatorError(
        'invalid-option',
        `${option} must be letters, digits, "_", "." or "-", not "${id}".`,
      )
    }
    known.add(id)
  }
}

/** Back to the start; settings and webhooks stay. */
export function resetWorld(world: World): void {
  world.faults.view.clear()
  for (const part of [world.ledger, world.chats, world.media, world.office, world.model, world.people])
    part.reset()
  for (const provider of world.providers) provider.reset()
  world.events.append('reset', {})
}

/** Ends everything that runs. */
export function closeWorld(world: World): void {
  world.timers.close()
  for (const provider of world.providers) provider.close()
  world.office.close()
  world.watch.close()
}
