import { SwitchboardError } from '../errors.js'
import type { Clock, Generated, LanguageModel, Prompt } from '../ports/index.js'
import { wait } from './wait.js'

/** An answer with everything that a model can tell, given after `delayMs` of the clock. */
export interface ScriptedReply extends Generated {
  /** Default 0. Needs the option `clock`. */
  readonly delayMs?: number
}

/** What one call is answered with: a text, a whole reply, an error to throw, or what a function makes of the prompt. */
export type ScriptedAnswer =
  | string
  | Error
  | ScriptedReply
  | ((prompt: Prompt) => ScriptedOutcome | Promise<ScriptedOutcome>)

/** What a function in a script may give. */
export type ScriptedOutcome = string | Error | ScriptedReply

export interface ScriptedModelOptions {
  /** Answers every call after the script's end. Without it such a call throws `configuration`. */
  readonly default?: ScriptedAnswer
  /** Tells when `delayMs` has passed. */
  readonly clock?: Clock
  /** Default `scripted`. */
  readonly provider?: string
  /** Default `scripted`. */
  readonly modelId?: string
}

export interface ScriptedModel extends LanguageModel {
  /** Every prompt so far, in the order of the calls. */
  readonly prompts: readonly Prompt[]
  /** How many answers of the script are left. */
  readonly remaining: number
}

/**
 * A model that says what the test wrote, one answer a call.
 *
 * @example
 * const model = scriptedModel(['Hello!', new ModelError('overloaded', { retryable: true }), { text: 'Bye', delayMs: 500 }], { clock })
 */
export function scriptedModel(
  answers: readonly ScriptedAnswer[],
  options: ScriptedModelOptions = {},
): ScriptedModel {
  const { clock, provider = 'scripted', modelId = 'scripted' } = options
  const script = [...answers]
  const prompts: Prompt[] = []

  return {
    specificationVersion: 'v1',
    provider,
    modelId,
    prompts,
    get remaining() {
      return script.length
    },
    async generate(prompt, { signal } = {}) {
      signal?.throwIfAborted()
      prompts.push(prompt)
      const answer = script.shift() ?? options.default
      if (answer === undefined) throw exhausted(prompts.length, answers.length)
      const outcome = typeof answer === 'function' ? await answer(prompt) : answer
      signal?.throwIfAborted()
      if (outcome instanceof Error) throw outcome
      if (typeof outcome === 'string') return { text: outcome, finishReason: 'stop', modelId }
      const { delayMs = 0, ...generated } = outcome
      if (delayMs > 0) {
        if (!clock)
          throw new SwitchboardError('configuration', 'scriptedModel: `delayMs` needs the option `clock`')
        await wait(clock, delayMs, signal)
      }
      return { finishReason: 'stop', modelId, ...generated }
    },
  }
}

function exhausted(calls: number, answers: number): SwitchboardError {
  return new SwitchboardError(
    'configuration',
    `scriptedModel: call ${calls} came but the script has ${answers} answers; add one or give a \`default\``,
  )
}
