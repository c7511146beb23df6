import { asFields } from '../../values.js'

/** Of the channel's state, as webhooks and `GET /health` give it. */
export function ownIdOf(health: unknown): unknown {
  return asFields(asFields(health)?.user)?.id
}
