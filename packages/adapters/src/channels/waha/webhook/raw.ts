import { type Draft, type Fields, nestsDeeperThan } from '../../../values.js'
import { deepestRaw } from '../../../webhook/raw.js'

/** `raw` of what a webhook becomes: WAHA's own objects, as they came. */
export interface WahaRaw {
  /** WAHA's name of the event; `history` for messages that were asked for. */
  readonly event: string
  /** `_data` in it depends on the engine, and on its version. */
  readonly payload: unknown
  readonly engine?: unknown
  /** `config.metadata` of the session, when there is any: whose session it is, for instance. */
  readonly metadata?: Fields
}

export function rawOf(
  event: string,
  payload: unknown,
  engine: unknown,
  metadata: Fields | undefined,
): WahaRaw | undefined {
  const raw: Draft<WahaRaw> = { event, payload }
  if (engine !== undefined) raw.engine = engine
  if (metadata && Object.keys(metadata).length > 0) raw.metadata = metadata
  return nestsDeeperThan(raw, deepestRaw) ? undefined : raw
}
