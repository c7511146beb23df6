import type { ModelOptions } from '../options.js'
import type { Watch } from '../watch.js'
import type { ModelAnswer, ModelRequest, ModelResponder } from './answer.js'

/** The scripted model. Answers come from the queue first, then from `replyWith`, then from the default. */
export interface Model {
  /** Every request that was well formed, in order of arrival. */
  readonly requests: readonly ModelRequest[]
  /** Answers for the next requests, one each. */
  queue(...answers: readonly ModelAnswer[]): void
  /** Answers all further requests that the queue leaves. Without an argument: back to the default. */
  replyWith(answer?: ModelAnswer | ModelResponder): void
  /** Resolves with all requests once there are `count`; rejects after `timeoutMs` (5000). */
  waitForRequests(count: number, timeoutMs?: number): Promise<readonly ModelRequest[]>
}

export interface ModelScript {
  readonly view: Model
  readonly apiKey: string | undefined
  readonly models: readonly string[]
  record(request: ModelRequest): void
  next(request: ModelRequest): Promise<ModelAnswer>
  reset(): void
}

export function createModelScript(options: ModelOptions, watch: Watch): ModelScript {
  const requests: ModelRequest[] = []
  const queued: ModelAnswer[] = []
  let responder: ModelAnswer | ModelResponder | undefined

  return {
    apiKey: options.apiKey,
    models: options.models ?? ['emulator-model'],
    view: {
      requests,
      queue: (...answers) => void queued.push(...answers),
      replyWith: answer => {
        responder = answer
      },
      waitForRequests: (count, timeoutMs = 5_000) =>
        watch.until(
          () => (requests.length >= count ? [...requests] : undefined),
          timeoutMs,
          () => `${count} model request(s); there are ${requests.length}.`,
        ),
    },
    record(request) {
      requests.push(request)
      watch.notify()
    },
    async next(request) {
      const scripted =
        queued.shift() ?? (typeof responder === 'function' ? await responder(request) : responder)
      return scripted ?? options.answer ?? defaultAnswer(request)
    },
    reset() {
      requests.length = 0
      queued.length = 0
      responder = undefined
    },
  }
}

function defaultAnswer(request: ModelRequest): string {
  const last = request.messages.findLast(message => message.role === 'user')?.content ?? ''
  const heard = last.length > 200 ? `${last.slice(0, 200)}…` : last
  return `Thanks for your message! I am the emulator's scripted model, not a real one. You wrote: "${heard}"`
}
