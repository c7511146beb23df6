import type { Bot } from '@switchboard/core'
import { toNodeHandler } from '@switchboard/core/node'
import express, { type Express } from 'express'
import type { Logger } from 'pino'
import type { Config } from './config.js'
import { apiRoutes } from './routes/api.js'
import { authorize } from './routes/authorize.js'
import { problemHandler, sendProblem } from './routes/problem.js'

/** The HTTP side of the server. */
export function createApp(bot: Bot, config: Config, logger: Logger): Express {
  const app = express()
  app.disable('x-powered-by')
  // Before any body parser: signatures are computed over the raw bytes.
  app.use('/webhooks', toNodeHandler(bot))
  app.get('/health', async (_request, response) => {
    const health = await bot.health()
    response.status(health.ok ? 200 : 503).json({ status: health.ok ? 'ok' : 'unhealthy', ...health })
  })
  app.use('/api', authorize(config.OPERATOR_API_KEY))
  app.use('/api/v1', apiRoutes(bot))
  app.use((_request, response) => sendProblem(response, 404, 'there is no such page'))
  app.use(problemHandler(logger))
  return app
}
