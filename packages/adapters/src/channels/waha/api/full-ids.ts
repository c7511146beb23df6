import type { CallOptions, Peer } from '@switchboard/core'
import type { CallApi } from '../../../http/index.js'
import { asFields, asId, asList } from '../../../values.js'
import { chatIdOf } from '../addresses.js'
import { isClientId, readKey } from '../ids.js'
import type { ChannelMemory } from '../memory.js'
import { longestPage } from './history.js'

/** Stored ids in full, as WAHA wants them. */
export interface FullIds {
  /**
   * As WAHA wrote it, when this process has seen it and it belongs to this chat; else put together from the conversation:
   * the customer's unless it is an id of ours, and in groups without the member who wrote.
   */
  of(account: string, to: Peer, stanza: string): string
  /** The same, but in a group WAHA is asked first for an id that this process has not seen. Never fails. */
  find(account: string, to: Peer, stanza: string, options?: CallOptions): Promise<string>
}

/** What is reacted to and read is mostly new. */
const newest = 100
/** The message itself must still go out in time. */
const timeoutMs = 5_000

export function fullIdsOf(call: CallApi, memory: ChannelMemory): FullIds {
  function seen(account: string, to: Peer, stanza: string): string | undefined {
    const known = memory.known(account, stanza)
    // Who gets an answer is not for an id to say.
    return known?.chats?.includes(chatIdOf(to)) ? known.fullId : undefined
  }

  function built(account: string, to: Peer, stanza: string): string {
    const fromMe = memory.known(account, stanza)?.outboundId !== undefined || isClientId(stanza)
    return `${fromMe}_${chatIdOf(to)}_${stanza}`
  }

  async function ask(account: string, to: Peer, options: CallOptions | undefined): Promise<void> {
    const chatId = chatIdOf(to)
    const chat = `/api/${encodeURIComponent(account)}/chats/${encodeURIComponent(chatId)}`
    const path = `${chat}/messages?limit=${newest}&offset=0&downloadMedia=false`
    const { content } = await call({ ...options, method: 'GET', path, timeoutMs, maxBytes: longestPage })
    for (const item of asList(content) ?? []) {
      const fullId = asId(asFields(item)?.id)
      const key = readKey(fullId)
      if (key?.chat !== chatId || fullId === undefined) continue
      memory.learn(account, key.stanza, { fullId, chats: [chatId] })
    }
  }

  return {
    of: (account, to, stanza) => seen(account, to, stanza) ?? built(account, to, stanza),
    async find(account, to, stanza, options) {
      // Without its store NOWEB knows no messages, and what is away now says so to the request that follows.
      if (to.kind === 'group' && seen(account, to, stanza) === undefined) {
        await ask(account, to, options).catch(() => undefined)
      }
      return seen(account, to, stanza) ?? built(account, to, stanza)
    },
  }
}
