import { createServer } from 'node:http'
import { offline } from '@switchboard/adapters/offline'
import { createBot, replyWith } from '@switchboard/core'
import { toNodeHandler } from '@switchboard/core/node'
import { pgliteStore } from '@switchboard/storage/pglite'
import { telegramChannel } from './telegram-channel.js'

const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_WEBHOOK_SECRET: webhookSecret, PORT = '3000' } = process.env
if (!token || !webhookSecret) {
  console.error('Set TELEGRAM_BOT_TOKEN (of @BotFather) and TELEGRAM_WEBHOOK_SECRET (any long random text).')
  process.exit(78)
}

const bot = createBot({
  channels: [telegramChannel({ token, webhookSecret })],
  store: pgliteStore({ dataDir: '.switchboard/data' }),
  respond: replyWith(offline()),
  logger: console,
})
bot.work()

const server = createServer(toNodeHandler(bot))
server.listen(Number(PORT), () => console.log(`Telegram's webhook is /telegram on port ${PORT}`))

process.once('SIGTERM', async () => {
  server.close()
  await bot.close()
})
