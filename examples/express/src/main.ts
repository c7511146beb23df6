import { readConfig } from './config.js'
import { createLogger } from './logging.js'
import { startServer } from './server.js'
import { failToStart, stopOnSignal } from './stop.js'

try {
  const config = readConfig(process.env)
  const server = await startServer(config, createLogger(config))
  console.log(`listening on ${server.url}`)
  if (server.emulator) {
    console.log(`no WhatsApp number is configured: the emulator’s phone is at ${server.emulator.phoneUrl}`)
  }
  stopOnSignal(server.close)
} catch (error) {
  failToStart(error)
}
