import { kind, present } from '../assert.js'
import { account, bsuid, channel, phone } from './events.js'
import type { Scene } from './scene.js'

export const number = phone('+34611111111')
export const scoped = bsuid('US.1349')
export const one = { identities: [number] }
export const other = { identities: [scoped] }
export const both = { identities: [number, scoped] }

/** Tells the store that the two are one, without a message. */
export async function join(scene: Scene) {
  const told = { type: 'identity', channel, account, previous: number, current: [scoped] } as const
  const { merges = [] } = kind(await scene.ingest(told), 'identity', 'a report that two are one')
  return present(merges[0], 'the merge')
}
