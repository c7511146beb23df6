import { z } from 'zod'
import { tokenRule } from './values.js'

const example = '[{"phoneNumberId": "…", "accessToken": "…", "appSecret": "…"}]'

const word = () =>
  z
    .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be in quotation marks') })
    .trim()

/** Not the number itself, which people take for it. */
export const numberId = word().regex(
  /^\d+$/,
  'must be digits alone: the id, not the number, in Meta’s API setup',
)

const account = z.strictObject({
  phoneNumberId: numberId,
  accessToken: tokenRule(word()),
  appSecret: word()
    .min(1, 'is empty; leave it out where it is the app secret of the first number')
    .optional(),
})

/** Of `WHATSAPP_ACCOUNTS`. What it says is never repeated: it holds tokens. */
export const accounts = z.string().transform((value, context) => {
  const list = z.array(z.unknown()).safeParse(parseJson(value)).data
  if (!list || list.length === 0) {
    context.addIssue(`must be a list as JSON: ${example}`)
    return z.NEVER
  }
  return list.flatMap((entry, index) => {
    const { data, error } = account.safeParse(entry)
    for (const issue of error?.issues ?? []) context.addIssue(`entry ${index + 1}: ${problemOf(issue)}`)
    return data ? [data] : []
  })
})

function problemOf({ path, code, message }: z.core.$ZodIssue): string {
  if (path.length > 0) return `${path.join('.')} ${message}`
  return code === 'unrecognized_keys'
    ? 'holds something besides phoneNumberId, accessToken and appSecret'
    : `must look like ${example.slice(1, -1)}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
