import { type Bot, describeError } from '@switchboard/core'
import { type Logger, pino } from 'pino'
import type { Config } from './config.js'

/** Structured logs on standard output. What is logged is chosen field by field: never a text, a phone or a secret. */
export function createLogger({ LOG_LEVEL }: Pick<Config, 'LOG_LEVEL'>): Logger {
  return pino({ level: LOG_LEVEL, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}

/** Logs what the bot tells. */
export function logEvents(bot: Bot, logger: Logger): void {
  bot.on('message.received', ({ conversationId, messageId, event }) =>
    logger.info({ conversationId, messageId, type: event.type, author: event.author }, 'message received'),
  )
  bot.on('message.sent', report => logger.info(report, 'message sent'))
  bot.on('message.retrying', report => logger.warn(report, 'message refused for now'))
  bot.on('message.failed', report => logger.error(report, 'message failed'))
  bot.on('message.unknown', report => logger.warn(report, 'message may or may not have been sent'))
  bot.on('message.status', report => logger.debug(report, 'message status'))
  bot.on('turn.completed', report => logger.info(report, 'turn completed'))
  bot.on('turn.superseded', report => logger.info(report, 'reply voided by a newer message'))
  bot.on('turn.lost', report => logger.info(report, 'turn taken away'))
  bot.on('turn.failed', report => logger.warn(report, 'turn failed'))
  bot.on('turn.parked', report => logger.error(report, 'turn parked'))
  bot.on('handoff.changed', ({ conversation, previous, state, reason }) =>
    logger.info({ conversationId: conversation.id, previous, state, reason }, 'handoff changed'),
  )
  bot.on('notice', ({ channel, account, kind }) => logger.info({ channel, account, kind }, 'channel notice'))
  bot.on('error', (error, where) => logger.error({ where, error: describeError(error) }, 'something failed'))
}
