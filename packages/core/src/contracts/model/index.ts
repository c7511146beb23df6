import { SwitchboardError } from '../../errors.js'
import type { Prompt } from '../../ports/index.js'
import { equal, ok, only, rejection } from '../assert.js'
import type { ContractCase } from '../contract-case.js'
import { endsWith, eventually } from '../poll.js'
import type { ModelAnswer, ModelHarness } from './harness.js'

type ModelTests = Readonly<Record<string, (harness: ModelHarness) => Promise<void>>>

const question: Prompt = { messages: [{ role: 'user', text: 'When do you open?' }] }
const talk: Prompt = {
  system: 'You sell tea.\nBe brief.',
  messages: [
    { role: 'user', text: 'Hello' },
    { role: 'assistant', text: 'Hello! How can I help?' },
    { role: 'user', text: 'When do you open?' },
  ],
}
const answered = { kind: 'text', text: 'At nine.' } as const

/** The error of a call to an API that answers so. */
async function failure({ model, answerWith }: ModelHarness, answer: ModelAnswer, what: string) {
  answerWith(answer)
  const error = await rejection(model.generate(question), what)
  ok(SwitchboardError.is(error) && error.code === 'model_failed', `${what} is a ModelError: ${String(error)}`)
  ok(error.message.length > 0, `${what} says what happened`)
  return error
}

const answerTests: ModelTests = {
  'says who it is': async ({ model }) => {
    equal(model.specificationVersion, 'v1', 'the version of the port')
    ok(model.provider.length > 0 && model.modelId.length > 0, 'provider and model have names')
  },

  'gives the text and what it cost': async ({ model, answerWith }) => {
    const usage = { inputTokens: 21, outputTokens: 5 }
    answerWith({ ...answered, usage })
    const generated = await model.generate(question)
    equal([generated.text, generated.usage], ['At nine.', usage], 'text and usage')
  },

  'does without a cost that the API does not say': async ({ model, answerWith }) => {
    answerWith(answered)
    equal((await model.generate(question)).text, 'At nine.', 'the text')
  },

  'asks for the whole talk, in order': async ({ model, answerWith, requests }) => {
    answerWith(answered)
    await model.generate(talk)
    equal(only(requests(), 'requests'), talk, 'what the API was asked')
  },

  'asks without a system text when there is none': async ({ model, answerWith, requests }) => {
    answerWith(answered)
    await model.generate(question)
    equal(only(requests(), 'requests').system, undefined, 'the system text')
  },

  'leaves the prompt as it was': async ({ model, answerWith }) => {
    answerWith(answered)
    const prompt = structuredClone(talk)
    await model.generate(prompt)
    equal(prompt, talk, 'the prompt')
  },

  'carries every text whole, in both directions': async ({ model, answerWith, requests }) => {
    const texts = ['"quoted" \\ and\nbroken\tlines', 'ñ 你好 🏳️‍🌈 \u2028', 'tea '.repeat(25_000).trim()]
    for (const text of texts) {
      answerWith({ kind: 'text', text })
      const generated = await model.generate({ system: text, messages: [{ role: 'user', text }] })
      equal(generated.text, text, 'the answer')
      const asked = requests().at(-1)
      equal([asked?.system, asked?.messages], [text, [{ role: 'user', text }]], 'what the API was asked')
    }
  },

  'takes an empty answer for an answer': async ({ model, answerWith }) => {
    answerWith({ kind: 'text', text: '' })
    equal((await model.generate(question)).text, '', 'the text')
  },

  'answers several at once': async ({ model, answerWith, requests }) => {
    answerWith(answered)
    const prompts = ['1', '2', '3', '4', '5'].map(text => ({ messages: [{ role: 'user', text }] }) as const)
    await Promise.all(prompts.map(prompt => model.generate(prompt)))
    const asked = requests().map(({ messages }) => messages[0]?.text)
    equal(asked.sort(), ['1', '2', '3', '4', '5'], 'what the API was asked')
  },
}

const failureTests: ModelTests = {
  'may succeed later when the API is overloaded or broken': async harness => {
    for (const status of [429, 500, 503]) {
      const error = await failure(harness, { kind: 'status', status }, `an answer with ${status}`)
      ok(error.retryable, `an answer with ${status} is retryable`)
    }
  },

  'will not succeed later when the API refuses': async harness => {
    for (const status of [400, 401, 403]) {
      const error = await failure(harness, { kind: 'status', status }, `an answer with ${status}`)
      ok(!error.retryable, `an answer with ${status} is not retryable`)
    }
  },

  'may succeed later when the connection breaks': async harness => {
    const error = await failure(harness, { kind: 'reset' }, 'a broken connection')
    ok(error.retryable, 'a broken connection is retryable')
  },

  'fails when the answer is none': async harness => {
    await failure(harness, { kind: 'garbage' }, 'garbage')
  },

  'leaves repeating to its caller': async harness => {
    await failure(harness, { kind: 'status', status: 500 }, 'an answer with 500')
    equal(harness.requests().length, 1, 'requests of one call that failed')
  },

  'works again after a failure': async harness => {
    await failure(harness, { kind: 'reset' }, 'a broken connection')
    harness.answerWith(answered)
    equal((await harness.model.generate(question)).text, 'At nine.', 'the text')
  },

  'stops when it is told to': async ({ model, answerWith, requests }) => {
    answerWith({ kind: 'hang' })
    const controller = new AbortController()
    const generating = model.generate(question, { signal: controller.signal })
    const ended = endsWith(generating, 'a call that was told to stop')
    await eventually(() => requests().length === 1, 'the request')
    controller.abort(new Error('enough'))
    const error = await ended
    ok(error instanceof Error, `it ends with an error: ${String(error)}`)
  },

  'asks nothing when it was told to stop before': async ({ model, answerWith, requests }) => {
    answerWith(answered)
    const signal = AbortSignal.abort(new Error('enough'))
    await endsWith(model.generate(question, { signal }), 'a call with an aborted signal')
    equal(requests(), [], 'what the API was asked')
  },
}

/**
 * What every language model has to do. Each case gets a harness of its own.
 *
 * @example
 * ```ts
 * for (const test of modelContract(makeHarness)) it(test.name, test.run)
 * ```
 */
export function modelContract(makeHarness: () => Promise<ModelHarness>): readonly ContractCase[] {
  return Object.entries({ answers: answerTests, failures: failureTests }).flatMap(([theme, tests]) =>
    Object.entries(tests).map(([sentence, test]) => ({
      name: `${theme}: ${sentence}`,
      async run() {
        const harness = await makeHarness()
        try {
          await test(harness)
        } finally {
          await harness.close()
        }
      },
    })),
  )
}
