import pRetry from 'p-retry'
import { ModelError, SwitchboardError } from '../errors.js'
import type { Answer, Generated, LanguageModel, Prompt, Responder, TurnContext } from '../ports/index.js'
import { formatText, turnPrompt } from '../rules/index.js'
import { deadline, orAborted } from '../runtime/deadline.js'

export interface ReplyWithOptions {
  /** What the model is and how it should answer. A function may look at the turn. */
  readonly system?: string | ((turn: TurnContext) => string | Promise<string>)
  /** How many messages before the burst the model sees. Default 10. */
  readonly history?: number
  /** Sent when the model fails, is too slow or answers nothing. Without it such a turn runs again later. */
  readonly fallback?: string
  /** The deadline of the whole answer, retries included, in milliseconds. Default 30 000. */
  readonly timeout?: number
  /** How often a call that failed in a retryable way is repeated within the deadline. Default 2. */
  readonly retries?: number
  /**
   * What becomes of the model's words. Default {@link formatText}: Markdown in WhatsApp's formatting. `false`: they go out
   * as they are. The fallback always does.
   */
  readonly format?: ((text: string) => string) | false
}

/**
 * A responder that lets a model answer.
 *
 * @example
 * ```ts
 * respond: replyWith(openai({ model: 'gpt-5-mini' }), { system: 'You are a florist.', fallback: 'Noted.' })
 * ```
 */
export function replyWith(model: LanguageModel, options: ReplyWithOptions = {}): Responder {
  const { system, history = 10, fallback, timeout = 30_000, retries = 2, format = formatText } = options

  async function respond(turn: TurnContext): Promise<Answer> {
    try {
      const prompt = turnPrompt(turn, typeof system === 'function' ? await system(turn) : system)
      const generated = await generate(model, prompt, turn, { timeout, retries })
      const text = (format ? format(generated.text) : generated.text).trim()
      if (text === '' && fallback === undefined) {
        throw new ModelError(`${model.provider} answered nothing; set \`fallback\` to answer all the same`, {
          retryable: true,
        })
      }
      return {
        parts: [{ type: 'text', text: text === '' ? (fallback as string) : text }],
        model: generated.modelId ?? model.modelId,
        ...(generated.usage && { usage: generated.usage }),
      }
    } catch (error) {
      // A turn that was taken away must not be answered, not even with the fallback.
      if (fallback === undefined || turn.signal.aborted) throw error
      turn.report(error)
      return { parts: [{ type: 'text', text: fallback }] }
    }
  }

  return Object.assign(respond, { history })
}

async function generate(
  model: LanguageModel,
  prompt: Prompt,
  turn: TurnContext,
  limits: { timeout: number; retries: number },
): Promise<Generated> {
  using limit = deadline(turn.clock, limits.timeout, `the model ${model.modelId}`, turn.signal)
  const { signal } = limit
  const attempt = async () => {
    try {
      return await orAborted(model.generate(prompt, { signal }), signal)
    } catch (error) {
      // SDKs dress an abort up as an error of their own; the reason says what happened.
      throw signal.aborted ? signal.reason : asError(error)
    }
  }
  // Awaited here: the deadline lives only as long as this function runs.
  return await pRetry(attempt, {
    retries: limits.retries,
    minTimeout: 250,
    maxTimeout: 4_000,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => !signal.aborted && SwitchboardError.is(error) && error.retryable,
  })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new ModelError(`the model threw ${String(error)}`, { cause: error })
}
