import { describeError, SwitchboardError } from '@switchboard/core'
import type { ErrorRequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { ZodError } from 'zod'

/** Answers with a problem as RFC 9457 has it. */
export function sendProblem(response: Response, status: number, title: string, detail?: string): void {
  response.status(status).type('application/problem+json').json({ title, status, detail })
}

/** Turns what a route threw into an answer. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error)
      return
    }
    if (error instanceof ZodError) {
      const detail = error.issues
        .map(issue => `${issue.path.join('.') || 'body'}: ${issue.message}`)
        .join('; ')
      sendProblem(response, 400, 'the request is not valid', detail)
    } else if (SwitchboardError.is(error)) {
      sendProblem(response, statusOf(error), 'the request could not be done', error.message)
    } else if (isClientError(error)) {
      sendProblem(response, error.status, 'the request cannot be read', error.message)
    } else {
      logger.error({ error: describeError(error) }, 'a route failed')
      sendProblem(response, 500, 'something went wrong here')
    }
  }
}

function statusOf({ code, retryable }: SwitchboardError): number {
  if (code === 'invalid_input') return 400
  if (code === 'not_found') return 404
  return retryable ? 503 : 500
}

/** What Express's own body parser throws. */
function isClientError(error: unknown): error is Error & { status: number } {
  const status = (error as { status?: unknown } | undefined)?.status
  return error instanceof Error && typeof status === 'number' && status >= 400 && status < 500
}
