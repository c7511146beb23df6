import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Bot, createBot, replyWith } from '@switchboard/core'
import type { Emulator } from '@switchboard/emulator'
import type { Logger } from 'pino'
import { createApp } from './app.js'
import { connectChannels } from './channels.js'
import type { Config } from './config.js'
import { connectPace } from './limiter.js'
import { logEvents } from './logging.js'
import { chooseModel } from './model.js'
import { chooseStore } from './store.js'

export interface RunningServer {
  readonly url: string
  readonly bot: Bot
  /** Plays WhatsApp when no number is configured. */
  readonly emulator?: Emulator
  /** Stops accepting, lets running turns end, closes the store. */
  close(): Promise<void>
}

/** How long answers may still be on their way when all work is done. */
const lastWordsMs = 1_000

const fallback = 'Thank you, I have noted your message.'

/** Puts the server together from its configuration and starts it. */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  const { model, warning } = chooseModel(config)
  for (const text of warning ? [...config.warnings, warning] : config.warnings) logger.warn(text)
  const connections = await connectChannels(config)
  const pace = connectPace(config, logger)
  const { LLM_SYSTEM_PROMPT: system, HANDOFF_IDLE_MINUTES: idleMinutes } = config
  const bot = createBot({
    channels: connections.channels,
    store: chooseStore(config),
    respond: replyWith(model, { history: 10, fallback, ...(system && { system }) }),
    buffer: { quietMs: config.BUFFER_QUIET_MS, maxWaitMs: config.BUFFER_MAX_WAIT_MS },
    handoffIdleMs: idleMinutes === 0 ? null : idleMinutes * 60_000,
    sends: { unknownPolicy: config.SEND_UNKNOWN_POLICY },
    ...(pace.limiter && { limiter: pace.limiter }),
    logger,
  })
  logEvents(bot, logger)

  const server = createServer(createApp(bot, config, logger))
  const close = async () => {
    const closed = closeServer(server)
    await bot.close()
    // A connection on which nobody finishes a request would keep the process for ever.
    const lastWords = setTimeout(() => server.closeAllConnections(), lastWordsMs)
    await closed
    clearTimeout(lastWords)
    await pace[Symbol.asyncDispose]()
    await connections[Symbol.asyncDispose]()
  }
  try {
    await bot.ready()
    if (config.ROLE !== 'web') bot.work()
    const url = await listen(server, config)
    connections.emulator?.connect(`${url}/webhooks/meta`)
    logger.info({ model: model.modelId, provider: model.provider, role: config.ROLE }, 'ready')
    return { url, bot, close, ...(connections.emulator && { emulator: connections.emulator }) }
  } catch (error) {
    await close()
    throw error
  }
}

/** In production the server is there for others; otherwise for this machine. */
async function listen(server: Server, { PORT, HOST, production }: Config): Promise<string> {
  server.listen(PORT, HOST ?? (production ? '0.0.0.0' : '127.0.0.1'))
  await once(server, 'listening')
  const { address, family, port } = server.address() as AddressInfo
  const everywhere = address === '0.0.0.0' || address === '::'
  const host = everywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}

/** Requests that run may end; connections that wait for the next one are closed. */
function closeServer(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve()
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
