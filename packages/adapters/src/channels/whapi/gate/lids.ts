import { ChannelError, type Identity } from '@switchboard/core'
import type { CallApi } from '../../../http/index.js'
import { asFields, asId } from '../../../values.js'
import { readJid } from '../../../webhook/jid.js'
import { segment } from './address.js'

/**
 * The LID of a phone (`GET /contacts/lids/{ContactID}`). Whapi has no way back: nobody learns the phone behind a LID.
 *
 * @returns nothing for other identities, and for people whom WhatsApp does not know
 */
export async function findLid(
  call: CallApi,
  identity: Identity,
  signal: AbortSignal | undefined,
): Promise<readonly Identity[]> {
  const digits = /^\+?(\d+)(@s\.whatsapp\.net|@c\.us)?$/.exec(identity.value)?.[1]
  if (digits === undefined || (identity.kind !== 'phone' && identity.kind !== 'jid')) return []
  try {
    const { content } = await call({
      method: 'GET',
      path: `/contacts/lids/${segment(digits)}`,
      secrets: [digits],
      ...(signal && { signal }),
    })
    const lid = asId(asFields(content)?.lid)
    const jid = readJid(lid?.includes('@') === false ? `${lid}@lid` : lid)
    return jid?.kind === 'person' && jid.identity.kind === 'lid' ? [jid.identity] : []
  } catch (error) {
    if (error instanceof ChannelError && error.providerCode === '404') return []
    throw error
  }
}
