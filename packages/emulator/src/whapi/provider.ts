import type { Account, Provider } from '../account.js'
import { chatKey } from '../jid-chats.js'
import type { EmulatorOptions, WhapiOptions } from '../options.js'
import { resolveWebhook } from '../settings.js'
import type { Delivery } from '../webhooks/redeliver.js'
import type { World } from '../world.js'
import { whapiApi } from './api.js'
import { createChannel, type WhapiHealth } from './channel.js'
import { echo, say } from './incoming.js'
import { changeHealth, reportStatus } from './outgoing.js'

/** The Whapi channel that a bot is configured with. */
export interface WhapiAccount {
  /** Base URL, where Whapi has `https://gate.whapi.cloud`. */
  readonly url: string
  readonly token: string
  readonly channelId: string
  /** Digits of the business number. */
  readonly phone: string
  /** Headers of every webhook: the secret is in them. */
  readonly headers: Readonly<Record<string, string>>
  connect(webhook: NonNullable<EmulatorOptions['webhook']>): void
  /** `QR`: the phone is gone and sends are refused with 401. `AUTH`: it is back. Webhooks tell of it. */
  setHealth(health: WhapiHealth): Promise<Delivery | undefined>
}

export function whapiProvider(
  world: World,
  options: WhapiOptions,
): Provider & { readonly whapi: WhapiAccount } {
  const channel = createChannel(world, options)
  const { id, phone, token, webhooks } = channel
  const connect = (webhook: EmulatorOptions['webhook']): void => {
    channel.webhook = resolveWebhook(webhook)
  }
  const account: Account = {
    provider: 'whapi',
    id,
    phone,
    webhook: () => channel.webhook,
    connect,
    chatKey: personOrGroup => chatKey(channel, personOrGroup),
    say: (person, message, sayOptions) => say(channel, person, message, sayOptions),
    echo: details => echo(channel, details),
    report: (messages, status, code) => reportStatus(channel, messages, status, code),
    deliver: (body, deliverOptions) => webhooks.deliver(body, deliverOptions),
  }
  return {
    name: 'whapi',
    accounts: [account],
    api: whapiApi(channel),
    describe: webhooks.describe,
    reset() {
      channel.health = 'AUTH'
    },
    close: webhooks.close,
    whapi: {
      get url() {
        return world.origin()
      },
      token,
      channelId: id,
      phone,
      get headers() {
        return channel.headers
      },
      connect,
      setHealth: health => changeHealth(channel, health),
    },
  }
}
