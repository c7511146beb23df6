import { type Emulator, startEmulator } from '@switchboard/emulator'
import { createDatabase } from '@switchboard/test-support/postgres'
import {
  type ConversationView,
  connectToAll,
  disposables,
  type Flagship,
  type MessageView,
  nothingMore,
  startFlagship,
} from './flagship.js'

/** Meta's other number. */
export const secondNumber = {
  phoneNumberId: '106540000000002',
  displayPhoneNumber: '15550008888',
  businessAccountId: '102290000000001',
}
const whapiSecret = 'a secret of the webhooks'

/** How long a reply may take on a machine with much else to do. */
export const patienceMs = 30_000

/** One flagship with two of Meta's numbers, Whapi, WAHA and an MCP server, on one emulator and one database. */
export async function connectAll(variables: Readonly<Record<string, string>> = {}) {
  const stack = disposables()
  const emulator = stack.use(
    await startEmulator({
      otherNumbers: [secondNumber],
      whapi: { headers: { authorization: `Bearer ${whapiSecret}` } },
      waha: { engine: 'NOWEB' },
      mcp: {},
    }),
  )
  const database = stack.use(await createDatabase())
  const environment = connectToAll(emulator, whapiSecret, {
    DATABASE_URL: database.url,
    WHATSAPP_ACCOUNTS: JSON.stringify([
      { phoneNumberId: secondNumber.phoneNumberId, accessToken: emulator.account.accessToken },
    ]),
    MCP_SERVER_URL: emulator.mcp.url,
    MCP_TOKEN: emulator.mcp.token ?? '',
    MCP_PROFILE: 'standard',
    MCP_POLL_SECONDS: '1',
    ...variables,
  })
  const start = async () => {
    const flagship = stack.use(await startFlagship(environment))
    emulator.connect(`${flagship.url}/webhooks/meta`)
    emulator.whapi.connect(`${flagship.url}/webhooks/whapi`)
    emulator.waha.connect(`${flagship.url}/webhooks/waha`)
    return flagship
  }
  return {
    emulator,
    flagship: await start(),
    /** Starts another one in its place. */
    start,
    alex: emulator.person('Alex Rivera'),
    nothingMore: () => nothingMore(emulator, database),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

/** So long that a burst is one burst, however slowly it is written. */
export const forBursts = { BUFFER_QUIET_MS: '1000', BUFFER_MAX_WAIT_MS: '20000' }

export async function conversationsOf(flagship: Flagship): Promise<readonly ConversationView[]> {
  const { body } = await flagship.api<{ conversations: ConversationView[] }>('conversations')
  return body.conversations
}

export async function messagesIn(flagship: Flagship, channel: string): Promise<readonly MessageView[]> {
  const conversation = (await conversationsOf(flagship)).find(one => one.channel === channel)
  if (!conversation) return []
  const { body } = await flagship.api<{ messages: MessageView[] }>(`messages?conversation=${conversation.id}`)
  return body.messages
}

export const sentVia = (emulator: Emulator, via: string) =>
  emulator.ledger.sent().filter(({ provider }) => provider === via)
