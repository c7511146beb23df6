import { type McpProfileName, mcpProfiles } from '@switchboard/adapters/mcp'
import { z } from 'zod'
import { accounts, numberId } from './accounts.js'
import { oneOf, text, token, url } from './values.js'

const profiles = Object.keys(mcpProfiles) as [McpProfileName, ...McpProfileName[]]

/** The connections to WhatsApp. Those that are configured are all used; without any the emulator plays it. */
export const channelVariables = {
  WHATSAPP_PHONE_NUMBER_ID: numberId.optional(),
  WHATSAPP_ACCESS_TOKEN: token,
  WHATSAPP_APP_SECRET: text,
  WHATSAPP_VERIFY_TOKEN: text,
  /** More numbers of Meta's, behind the same webhook. */
  WHATSAPP_ACCOUNTS: accounts.optional(),
  WHATSAPP_GRAPH_URL: url,
  WHATSAPP_GRAPH_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/, 'must look like v24.0')
    .optional(),
  WHAPI_TOKEN: token,
  WHAPI_API_URL: url,
  WHAPI_WEBHOOK_SECRET: text,
  WAHA_URL: url,
  WAHA_API_KEY: token,
  WAHA_SESSION: text,
  WAHA_WEBHOOK_HMAC_KEY: text,
  MCP_SERVER_URL: url,
  MCP_TOKEN: token,
  MCP_PROFILE: oneOf(profiles).optional(),
  MCP_POLL_SECONDS: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number of seconds')
    .transform(Number)
    .refine(seconds => seconds >= 1 && seconds <= 3_600, 'must be a number of seconds, 1 to 3600')
    .optional(),
} as const

const shape = z.object(channelVariables)
export type ChannelVariables = z.infer<typeof shape>

/** A number of Meta's with its own credentials. */
export interface MetaAccount {
  readonly phoneNumberId: string
  readonly accessToken: string
  readonly appSecret?: string
}

/** Whether anything but the emulator is there to talk to. */
export function isConnected(values: ChannelVariables): boolean {
  const { WHAPI_TOKEN, WAHA_URL, MCP_SERVER_URL } = values
  return metaAccounts(values).length > 0 || [WHAPI_TOKEN, WAHA_URL, MCP_SERVER_URL].some(Boolean)
}

/** All numbers of Meta's. */
export function metaAccounts(values: ChannelVariables): readonly MetaAccount[] {
  const { WHATSAPP_PHONE_NUMBER_ID: phoneNumberId, WHATSAPP_ACCESS_TOKEN: accessToken } = values
  const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_ACCOUNTS = [] } = values
  const more = WHATSAPP_ACCOUNTS.map(({ appSecret: own = appSecret, ...one }) => ({
    ...one,
    ...(own && { appSecret: own }),
  }))
  if (phoneNumberId === undefined || accessToken === undefined) return more
  return [{ phoneNumberId, accessToken, ...(appSecret && { appSecret }) }, ...more]
}

/** What cannot work, by the variable to change. */
export function channelProblems(values: ChannelVariables): string[] {
  return [
    ...metaProblems(values),
    ...orphans(values, 'WHAPI_TOKEN', ['WHAPI_API_URL', 'WHAPI_WEBHOOK_SECRET']),
  ]
    .concat(orphans(values, 'WAHA_URL', ['WAHA_API_KEY', 'WAHA_SESSION', 'WAHA_WEBHOOK_HMAC_KEY']))
    .concat(orphans(values, 'MCP_SERVER_URL', ['MCP_TOKEN', 'MCP_PROFILE', 'MCP_POLL_SECONDS']))
}

function metaProblems(values: ChannelVariables): string[] {
  const { WHATSAPP_PHONE_NUMBER_ID, WHATSAPP_ACCESS_TOKEN, WHATSAPP_GRAPH_URL, WHATSAPP_ACCOUNTS } = values
  const single = WHATSAPP_PHONE_NUMBER_ID ?? WHATSAPP_ACCESS_TOKEN
  const wanted = single ?? (WHATSAPP_ACCOUNTS === undefined ? WHATSAPP_GRAPH_URL : undefined)
  const problems: string[] = []
  if (wanted !== undefined && WHATSAPP_PHONE_NUMBER_ID === undefined) {
    problems.push('WHATSAPP_PHONE_NUMBER_ID: is missing; it is the id, not the number, in Meta’s API setup')
  }
  if (wanted !== undefined && WHATSAPP_ACCESS_TOKEN === undefined) {
    problems.push('WHATSAPP_ACCESS_TOKEN: is missing; create a system user token in Meta’s business settings')
  }
  const ids = metaAccounts(values).map(({ phoneNumberId }) => phoneNumberId)
  if (new Set(ids).size < ids.length) problems.push('WHATSAPP_ACCOUNTS: a phoneNumberId is there twice')
  // Without any connection they are the emulator's.
  if (wanted === undefined && ids.length === 0 && isConnected(values)) {
    problems.push(
      ...orphans(values, 'WHATSAPP_PHONE_NUMBER_ID', [
        'WHATSAPP_APP_SECRET',
        'WHATSAPP_VERIFY_TOKEN',
        'WHATSAPP_GRAPH_VERSION',
      ]),
    )
  }
  return problems
}

/** Variables that do nothing without another one. */
function orphans(
  values: ChannelVariables,
  main: keyof ChannelVariables,
  others: readonly (keyof ChannelVariables)[],
): string[] {
  if (values[main] !== undefined) return []
  const set = others.filter(name => values[name] !== undefined)
  const are = set.length > 1 ? 'are' : 'is'
  return set.length === 0 ? [] : [`${main}: is missing, but ${set.join(' and ')} ${are} set`]
}

/** The variables without which a channel believes every webhook. */
export function unverifiedChannels(values: ChannelVariables): string[] {
  const { WHAPI_TOKEN, WHAPI_WEBHOOK_SECRET, WAHA_URL, WAHA_WEBHOOK_HMAC_KEY } = values
  const variables: string[] = []
  if (metaAccounts(values).some(({ appSecret }) => appSecret === undefined))
    variables.push('WHATSAPP_APP_SECRET')
  if (WHAPI_TOKEN !== undefined && WHAPI_WEBHOOK_SECRET === undefined) variables.push('WHAPI_WEBHOOK_SECRET')
  if (WAHA_URL !== undefined && WAHA_WEBHOOK_HMAC_KEY === undefined) variables.push('WAHA_WEBHOOK_HMAC_KEY')
  return variables
}

export function channelWarnings(values: ChannelVariables): string[] {
  return unverifiedChannels(values).map(variable => `${variable} is not set: webhooks are not verified`)
}
