import { z } from 'zod'
import {
  channelProblems,
  channelVariables,
  channelWarnings,
  isConnected,
  unverifiedChannels,
} from './config/channels.js'
import { unknownVariables } from './config/unknown.js'
import { oneOf, redisUrl, text, token, url, whole } from './config/values.js'

const variables = z.object({
  PORT: whole(3000).refine(port => port <= 65_535, 'must be a port, 0 to 65535'),
  HOST: text,
  ENVIRONMENT: z
    .string()
    .refine(name => name === 'production' || !/^prod/i.test(name), 'did you mean production?')
    .default('development'),
  ROLE: oneOf(['all', 'web', 'worker']).default('all'),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must look like postgres://user:password@host:5432/database' })
    .optional(),
  REDIS_URL: redisUrl,
  SWITCHBOARD_DATA_DIR: z.string().default('.switchboard/data'),
  ...channelVariables,
  LLM_PROVIDER: oneOf(['openai', 'groq', 'offline']).optional(),
  LLM_MODEL: text,
  LLM_SYSTEM_PROMPT: text,
  OPENAI_API_KEY: token,
  OPENAI_BASE_URL: url,
  GROQ_API_KEY: token,
  GROQ_BASE_URL: url,
  BUFFER_QUIET_MS: whole(1_000),
  BUFFER_MAX_WAIT_MS: whole(8_000),
  /** 0: an operator stays in charge until handback. */
  HANDOFF_IDLE_MINUTES: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number of minutes')
    .transform(Number)
    .default(30),
  SEND_UNKNOWN_POLICY: oneOf(['park', 'resend']).default('park'),
  OPERATOR_API_KEY: token,
})

type Variables = z.infer<typeof variables>

/** What the server is put together from. */
export interface Config extends Variables {
  readonly production: boolean
  /** What the operator should know about this configuration. */
  readonly warnings: readonly string[]
}

/** A configuration that cannot work. The message names every variable to change, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads the environment.
 *
 * @throws {ConfigError}
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ''))
  const parsed = variables.safeParse(present)
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    )
  }
  const values = parsed.data
  const production = values.ENVIRONMENT === 'production'
  const problems = [...channelProblems(values), ...(production ? productionProblems(values) : [])]
  const unknown = unknownVariables(Object.keys(present), Object.keys(variables.shape))
  if (problems.length > 0) throw new ConfigError([...problems, ...unknown].join('\n'))
  return { ...values, production, warnings: [...warningsOf(values, production), ...unknown] }
}

function productionProblems(values: Variables): string[] {
  const problems = unverifiedChannels(values).map(
    variable => `${variable}: is missing; in production webhooks must be verified`,
  )
  if (values.OPERATOR_API_KEY === undefined) {
    problems.push('OPERATOR_API_KEY: is missing; in production everything below /api needs a key')
  }
  return problems
}

function warningsOf(values: Variables, production: boolean): string[] {
  const warnings = channelWarnings(values)
  if (!isConnected(values) && production) {
    warnings.push(
      'WHATSAPP_PHONE_NUMBER_ID is not set: the emulator plays WhatsApp, whose secret everybody knows',
    )
  }
  if (!isConnected(values) && values.ROLE !== 'all') {
    warnings.push(
      `ROLE is ${values.ROLE} without WHATSAPP_PHONE_NUMBER_ID: every process has an emulator of its own`,
    )
  }
  if (values.OPERATOR_API_KEY === undefined) {
    warnings.push('OPERATOR_API_KEY is not set: /api is open to this machine only')
  }
  return warnings
}
