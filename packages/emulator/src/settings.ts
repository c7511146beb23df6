import { EmulatorError } from './errors.js'
import type {
  BusinessNumber,
  EmulatorOptions,
  RedeliveryOptions,
  StatusOptions,
  WebhookHandler,
} from './options.js'

export type RedeliverySettings = Required<RedeliveryOptions>

/** The options with every default filled in. The members that are not readonly can change while it runs. */
export interface Settings {
  readonly host: string
  readonly port: number
  /** The first is the default one. */
  readonly numbers: readonly [BusinessNumber, ...BusinessNumber[]]
  readonly accessToken: string
  appSecret: string
  verifyToken: string
  webhook: URL | WebhookHandler | undefined
  statuses: (Required<Omit<StatusOptions, 'readMs'>> & Pick<StatusOptions, 'readMs'>) | false
  readonly redelivery: RedeliverySettings
  readonly customerWindow: 'enforce' | 'ignore'
  readonly strictMessageIds: boolean
}

const DIGITS = /^\d{5,20}$/

export function resolveSettings(options: EmulatorOptions): Settings {
  const port = options.port ?? 0
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new EmulatorError('invalid-option', `port must be a whole number from 0 to 65535, not ${port}.`)
  const first: BusinessNumber = {
    phoneNumberId: options.phoneNumberId ?? '106540000000001',
    displayPhoneNumber: (options.displayPhoneNumber ?? '15550009999').replace(/^\+/, ''),
    businessAccountId: options.businessAccountId ?? '102290000000001',
  }
  for (const number of [first, ...(options.otherNumbers ?? [])])
    for (const [name, value] of Object.entries(number))
      if (!DIGITS.test(value))
        throw new EmulatorError('invalid-option', `${name} must be 5 to 20 digits, not "${value}".`)
  return {
    host: options.host ?? '127.0.0.1',
    port,
    numbers: [first, ...(options.otherNumbers ?? [])],
    accessToken: options.accessToken ?? 'emulator-access-token',
    appSecret: options.appSecret ?? 'emulator-app-secret',
    verifyToken: options.verifyToken ?? 'emulator-verify-token',
    webhook: resolveWebhook(options.webhook),
    statuses: resolveStatuses(options.statuses),
    redelivery: { firstMs: 200, maxMs: 2_000, attempts: 12, timeoutMs: 10_000, ...options.redelivery },
    customerWindow: options.customerWindow ?? 'ignore',
    strictMessageIds: options.strictMessageIds ?? true,
  }
}

export function resolveStatuses(statuses: StatusOptions | false = {}): Settings['statuses'] {
  return statuses && { sentMs: 10, deliveredMs: 50, order: 'forward', beforeAnswer: false, ...statuses }
}

export function resolveWebhook(webhook: EmulatorOptions['webhook']): Settings['webhook'] {
  if (webhook === undefined || typeof webhook === 'function') return webhook
  if (!URL.canParse(String(webhook)))
    throw new EmulatorError(
      'invalid-option',
      `The webhook "${webhook}" is not a URL; use http://host:port/path.`,
    )
  const url = new URL(webhook)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new EmulatorError('invalid-option', `The webhook must be an http or https URL, not "${url.href}".`)
  return url
}
