import { groq } from '@switchboard/adapters/groq'
import { openai } from '@switchboard/adapters/openai'
import { type LanguageModel, ModelError, type ModelMessage } from '@switchboard/core'
import { type ModelAnswer, type ModelHarness, modelContract } from '@switchboard/core/contracts'
import { describe, expect, it } from 'vitest'
import { type Answer, field, garbage, hang, json, reset, scriptedServer } from './scripted-server.js'

function toAnswer(answer: ModelAnswer): Answer {
  switch (answer.kind) {
    case 'text': {
      const { inputTokens, outputTokens } = answer.usage ?? {}
      return json(200, {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1_767_268_800,
        model: 'served-model',
        choices: [{ index: 0, message: { role: 'assistant', content: answer.text }, finish_reason: 'stop' }],
        ...(answer.usage && { usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens } }),
      })
    }
    case 'status':
      return json(answer.status, { error: { message: 'as told', type: 'scripted' } })
    case 'garbage':
      return garbage
    case 'hang':
      return hang
    case 'reset':
      return reset
  }
}

/** The messages of a Chat Completions request in the words of the port. */
function toPrompt(body: unknown) {
  const asked = field(body, 'messages')
  const all = (Array.isArray(asked) ? asked : []).map((message: unknown) => ({
    role: String(field(message, 'role')),
    text: String(field(message, 'content')),
  }))
  const system = all.find(({ role }) => role === 'system' || role === 'developer')
  const messages = all.filter((message): message is ModelMessage => message !== system)
  return { ...(system && { system: system.text }), messages }
}

async function makeHarness(create: (url: string) => LanguageModel): Promise<ModelHarness> {
  const server = await scriptedServer()
  return {
    model: create(server.url),
    answerWith: answer => server.answerWith(toAnswer(answer)),
    requests: () => server.bodies.map(toPrompt),
    close: () => server.close(),
  }
}

const shared = { model: 'tea-1', apiKey: 'contract-key' }
const createOpenai = (url: string) => openai({ ...shared, baseURL: `${url}/v1` })
const createGroq = (url: string) => groq({ ...shared, baseURL: url })

describe('OpenAI', () => {
  for (const test of modelContract(() => makeHarness(createOpenai))) it(test.name, test.run)
})

describe('Groq', () => {
  for (const test of modelContract(() => makeHarness(createGroq))) it(test.name, test.run)
})

interface Defect {
  readonly name: string
  readonly spoil: (model: LanguageModel) => LanguageModel['generate']
  readonly noticedBy: readonly string[]
}

const defects: readonly Defect[] = [
  {
    name: 'forgets the system text',
    spoil:
      model =>
      ({ messages }, options) =>
        model.generate({ messages }, options),
    noticedBy: ['answers: asks for the whole talk, in order'],
  },
  {
    name: 'asks only what came last',
    spoil: model => (prompt, options) =>
      model.generate({ ...prompt, messages: prompt.messages.slice(-1) }, options),
    noticedBy: ['answers: asks for the whole talk, in order'],
  },
  {
    name: 'keeps what it cost to itself',
    spoil: model => async (prompt, options) => ({ text: (await model.generate(prompt, options)).text }),
    noticedBy: ['answers: gives the text and what it cost'],
  },
  {
    name: 'takes an empty answer for a failure',
    spoil: model => async (prompt, options) => {
      const generated = await model.generate(prompt, options)
      if (generated.text === '') throw new ModelError('it said nothing')
      return generated
    },
    noticedBy: ['answers: takes an empty answer for an answer'],
  },
  {
    name: 'never hopes',
    spoil: model => (prompt, options) =>
      model.generate(prompt, options).catch(cause => {
        throw new ModelError('it went wrong', { cause })
      }),
    noticedBy: [
      'failures: may succeed later when the API is overloaded or broken',
      'failures: may succeed later when the connection breaks',
    ],
  },
  {
    name: 'always hopes',
    spoil: model => (prompt, options) =>
      model.generate(prompt, options).catch(cause => {
        throw new ModelError('it went wrong', { cause, retryable: true })
      }),
    noticedBy: ['failures: will not succeed later when the API refuses'],
  },
  {
    name: 'throws what its SDK throws',
    spoil: model => (prompt, options) =>
      model.generate(prompt, options).catch(() => {
        throw new TypeError('fetch failed')
      }),
    noticedBy: ['failures: fails when the answer is none', 'failures: leaves repeating to its caller'],
  },
  {
    name: 'tries again by itself',
    spoil: model => (prompt, options) =>
      model.generate(prompt, options).catch(() => model.generate(prompt, options)),
    noticedBy: ['failures: leaves repeating to its caller'],
  },
  {
    name: 'ignores the signal',
    spoil: model => prompt => model.generate(prompt),
    noticedBy: ['failures: asks nothing when it was told to stop before'],
  },
  {
    name: 'invents an answer',
    spoil: model => (prompt, options) => model.generate(prompt, options).catch(() => ({ text: 'Sorry.' })),
    noticedBy: [
      'failures: fails when the answer is none',
      'failures: may succeed later when the connection breaks',
    ],
  },
]

describe('the contract notices a model that', () => {
  for (const { name, spoil, noticedBy } of defects) {
    it(name, async () => {
      const broken = (url: string) => {
        const model = createOpenai(url)
        return { ...model, generate: spoil(model) }
      }
      const cases = new Map(modelContract(() => makeHarness(broken)).map(test => [test.name, test]))
      for (const sentence of noticedBy) await expect(cases.get(sentence)?.run(), sentence).rejects.toThrow()
    })
  }
})
