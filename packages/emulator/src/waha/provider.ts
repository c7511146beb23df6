import type { Account, Provider } from '../account.js'
import type { EmulatorOptions, WahaEngine, WahaOptions } from '../options.js'
import { resolveWebhook } from '../settings.js'
import type { Delivery } from '../webhooks/redeliver.js'
import type { World } from '../world.js'
import { chatKey } from './addresses.js'
import { wahaApi } from './api.js'
import { echo, say } from './incoming.js'
import { changeStatus, reportStatus } from './outgoing.js'
import { createSession, type WahaStatus } from './session.js'

/** The WAHA session that a bot is configured with. */
export interface WahaAccount {
  /** Base URL, where WAHA has `http://localhost:3000`. */
  readonly url: string
  readonly apiKey: string
  readonly session: string
  readonly engine: WahaEngine
  /** Digits of the business number. */
  readonly phone: string
  /** Key of `X-Webhook-Hmac`; absent when webhooks are not signed. */
  readonly hmacKey: string | undefined
  connect(webhook: NonNullable<EmulatorOptions['webhook']>): void
  /** Anything but `WORKING`: sends are refused with 422. A `session.status` webhook tells of it. */
  setStatus(status: WahaStatus): Promise<Delivery | undefined>
}

export function wahaProvider(world: World, options: WahaOptions): Provider & { readonly waha: WahaAccount } {
  const session = createSession(world, options)
  const { name, phone, apiKey, engine, webhooks } = session
  const connect = (webhook: EmulatorOptions['webhook']): void => {
    session.webhook = resolveWebhook(webhook)
  }
  const account: Account = {
    provider: 'waha',
    id: name,
    phone,
    webhook: () => session.webhook,
    connect,
    chatKey: personOrGroup => chatKey(session, personOrGroup),
    say: (person, message, sayOptions) => say(session, person, message, sayOptions),
    echo: details => echo(session, details),
    report: (messages, status) => reportStatus(session, messages, status),
    deliver: (body, deliverOptions) => webhooks.deliver(body, deliverOptions),
  }
  return {
    name: 'waha',
    accounts: [account],
    api: wahaApi(session),
    describe: webhooks.describe,
    reset() {
      for (const map of [session.fullIds, session.answered, session.files]) map.clear()
      session.status = 'WORKING'
    },
    close: webhooks.close,
    waha: {
      get url() {
        return world.origin()
      },
      apiKey,
      session: name,
      engine,
      phone,
      get hmacKey() {
        return session.hmacKey
      },
      connect,
      setStatus: async status => changeStatus(session, status),
    },
  }
}
