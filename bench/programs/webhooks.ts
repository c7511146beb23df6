// Ours, taking webhooks without answering them: `createBot` with `metaChannel` behind `toNodeHandler`.
// STORE `none` keeps nothing, else as in `stores.ts`. MOUNT `node` or `express`.
import { createServer } from 'node:http'
import { metaChannel } from '@switchboard/adapters/meta'
import { createBot } from '@switchboard/core'
import { toNodeHandler } from '@switchboard/core/node'
import express from 'express'
import { account, webhookPath } from '../load/wire.js'
import { openStore } from './stores.js'

const { MOUNT, PORT } = process.env
const bot = createBot({
  channels: [metaChannel(account)],
  store: await openStore(),
  respond: () => undefined,
  logger: { debug() {}, info() {}, warn: console.error, error: console.error },
})
await bot.ready()

const handler = toNodeHandler(bot, { channel: 'meta' })
const server = MOUNT === 'express' ? createServer(express().use(webhookPath, handler)) : createServer(handler)
server.listen(Number(PORT), '127.0.0.1', () => console.log('READY'))

process.on('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  bot.close().finally(() => process.exit())
})
