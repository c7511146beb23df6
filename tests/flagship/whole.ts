import { type EmulatorOptions, startEmulator } from '@switchboard/emulator'
import { createDatabase } from '@switchboard/test-support/postgres'
import {
  connectTo,
  disposables,
  type Flagship,
  type MessageView,
  nothingMore,
  startFlagship,
} from './flagship.js'

export const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** An emulator, a database and a flagship between them. */
export async function setUp(options: EmulatorOptions = {}, variables: Record<string, string> = {}) {
  const stack = disposables()
  const emulator = stack.use(await startEmulator(options))
  const database = stack.use(await createDatabase())
  const environment = connectTo(emulator, { DATABASE_URL: database.url, ...variables })
  const flagship = stack.use(await startFlagship(environment))
  emulator.connect(`${flagship.url}/webhooks/meta`)
  return {
    emulator,
    database,
    flagship,
    environment,
    alex: emulator.person('Alex Rivera'),
    nothingMore: () => nothingMore(emulator, database),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

export async function messagesOf(
  flagship: Flagship,
  phone = '+15550001234',
): Promise<readonly MessageView[]> {
  const { body } = await flagship.api<{ messages: MessageView[] }>(
    `messages?phone=${encodeURIComponent(phone)}`,
  )
  return body.messages
}
