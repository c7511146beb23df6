import type { Account, Provider } from '../account.js'
import type { BusinessNumber, WebhookHandler } from '../options.js'
import { resolveWebhook, type Settings } from '../settings.js'
import type { PostOffice } from '../webhooks/post-office.js'
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.js'
import type { World } from '../world.js'
import { metaChatKey } from './chat-key.js'
import { graphApi } from './routes.js'
import { echo } from './webhooks/business-phone.js'
import { say } from './webhooks/incoming.js'
import { observeBody } from './webhooks/observe.js'
import { spreadChanges } from './webhooks/spread.js'
import { emitStatus } from './webhooks/statuses.js'
import { type Verification, verifyWebhook } from './webhooks/verify.js'
import { type Change, encodeWebhookBody, envelope, metaHeaders } from './webhooks/wire.js'

/** All business numbers share one app: one webhook, one secret. */
export function metaWebhooks(office: PostOffice, settings: Settings): Webhooks<Change> {
  return createWebhooks<Change>(
    office,
    {
      provider: 'meta',
      hint: 'pass { webhook } to startEmulator, or call connect(url)',
      webhook: () => settings.webhook,
      accountOf: change => numberIdOf(change) ?? settings.numbers[0].phoneNumberId,
      compose: (changes, spread) => [envelope(spreadChanges(changes, spread))],
      encode: encodeWebhookBody,
      headers: (bytes, signature) => metaHeaders(bytes, signature, settings.appSecret),
      takes: status => status === 200,
    },
    'meta',
  )
}

/** Meta's GET verification of the webhook. */
export async function verifyMeta(world: World, token: string): Promise<Verification> {
  world.meta.requireTarget()
  return verifyWebhook(world.office.poster, world.settings.webhook as URL | WebhookHandler, token)
}

export function metaProvider(world: World): Provider {
  return {
    name: 'meta',
    accounts: world.settings.numbers.map(number => metaAccount(world, number)),
    api: graphApi(world),
    describe: world.meta.describe,
    reset() {},
    close: world.meta.close,
  }
}

function metaAccount(world: World, number: BusinessNumber): Account {
  const via = number.phoneNumberId
  return {
    provider: 'meta',
    id: via,
    phone: number.displayPhoneNumber,
    webhook: () => world.settings.webhook,
    connect(webhook) {
      world.settings.webhook = resolveWebhook(webhook)
    },
    chatKey: personOrGroup => metaChatKey(world.settings, via, personOrGroup),
    say: (person, message, options) => say(world, person, message, { ...options, via }),
    echo: details => echo(world, { ...details, via }),
    report: (messages, status, code) => emitStatus(world, number, messages, status, code),
    async deliver(body, options) {
      world.meta.requireTarget()
      // A forged webhook is nobody's message.
      if ((options?.signature ?? 'valid') === 'valid') observeBody(world, body)
      return world.meta.deliver(body, options)
    },
  }
}

function numberIdOf({ value }: Change): string | undefined {
  const { phone_number_id: id } = (value.metadata ?? {}) as { phone_number_id?: string }
  return id
}
