import { describeError } from '@switchboard/core'
import { ConfigError, readConfig } from './config.js'
import { createLogger } from './logging.js'
import { startServer } from './server.js'

/** Exit status for a configuration that cannot work (sysexits.h, EX_CONFIG). */
const exitConfig = 78

try {
  const config = readConfig(process.env)
  const logger = createLogger(config)
  const server = await startServer(config, logger)
  console.log(`listening on ${server.url}`)
  if (server.emulator)
    console.log(`no WhatsApp number is configured; the emulator’s phone is at ${server.emulator.url}/phone`)
  stopOnSignal(server.close)
} catch (error) {
  const words = describeError(error)
  console.error(
    error instanceof ConfigError ? `Cannot start:\n${words.replace(/^/gm, '  ')}` : `Cannot start: ${words}`,
  )
  process.exit(error instanceof ConfigError ? exitConfig : 1)
}

/** The first signal drains, the second does not wait. */
function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(`Stopped with an error: ${describeError(error)}`)
          process.exit(1)
        },
      )
    })
  }
}
