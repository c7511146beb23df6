import { nestsDeeperThan } from '../values.js'

/** Real webhooks nest about ten levels. A deeper `raw` is left out: whoever stores it would recurse into it. */
export const deepestRaw = 64

/** Gives an event the provider's own object. */
export function keepRaw(event: { raw?: unknown }, raw: unknown): void {
  if (!nestsDeeperThan(raw, deepestRaw)) event.raw = raw
}
