import { type CallOptions, type ChannelHealth, type Identity, SwitchboardError } from '@switchboard/core'
import type { CallApi } from '../../../http/index.js'
import { asFields, asWords, type Fields } from '../../../values.js'
import { readPeople } from '../../../webhook/jid.js'
import { readMe } from '../addresses.js'
import type { ChannelMemory } from '../memory.js'

/** Engines that take an id of ours (WAHA 2026.4.3; older ones leave it unread). */
const enginesWithIds = new Set(['NOWEB', 'GOWS'])

export interface Sessions {
  health(account: string, options?: CallOptions): Promise<ChannelHealth>
  /** Whether messages of this session may carry ids of ours. Asks WAHA the first time, unless a webhook has told. */
  takesIds(account: string, options?: CallOptions): Promise<boolean>
  /** The session's own addresses. Asks WAHA for them unless they are known; empty when it does not tell. */
  self(account: string, options?: CallOptions): Promise<readonly Identity[]>
  lookUp(account: string, identity: Identity, options?: CallOptions): Promise<readonly Identity[]>
}

export function sessionsOf(call: CallApi, memory: ChannelMemory, engine: string | undefined): Sessions {
  async function read(account: string, options?: CallOptions): Promise<Fields | undefined> {
    const path = `/api/sessions/${encodeURIComponent(account)}`
    const session = asFields((await call({ ...options, method: 'GET', path })).content)
    memory.learnEngine(account, asWords(asFields(session?.engine)?.engine) ?? memory.engineOf(account) ?? '')
    memory.learnSelf(account, readMe(session?.me))
    return session
  }

  return {
    async health(account, options) {
      const state = asWords((await read(account, options))?.status) ?? 'UNKNOWN'
      return { ok: state === 'WORKING', state }
    },
    async takesIds(account, options) {
      const known = engine ?? memory.engineOf(account)
      if (known === undefined) await read(account, options).catch(toleratingRefusal)
      return enginesWithIds.has(known ?? memory.engineOf(account) ?? '')
    },
    async self(account, options) {
      if (memory.selfOf(account).length === 0) await read(account, options).catch(toleratingRefusal)
      return memory.selfOf(account)
    },
    async lookUp(account, { kind, value }, options) {
      const digits = encodeURIComponent(value.replace(/@.*$/, '').replace(/^\+/, ''))
      const base = `/api/${encodeURIComponent(account)}/lids`
      if (kind !== 'lid' && kind !== 'phone') return []
      const path = kind === 'lid' ? `${base}/${digits}` : `${base}/pn/${digits}`
      const { content } = await call({ ...options, method: 'GET', path })
      const { lid, pn } = asFields(content) ?? {}
      return readPeople([pn, lid]).filter(other => other.kind !== kind)
    },
  }
}

/** A key may be allowed to send and not to read sessions: then it goes on without what the session would tell. */
function toleratingRefusal(error: unknown): void {
  if (!SwitchboardError.is(error) || error.retryable) throw error
}
