import { expect, test } from 'vitest'
import type { Emulator } from '../emulator.js'
import { asObjects, isObject, type JsonObject, parseJson } from '../json.js'
import { startEmulator } from '../start-emulator.js'

const HELLO = [{ role: 'user', content: 'Hello there' }]

async function chat(emulator: Emulator, body: JsonObject = {}, headers = {}, base = emulator.modelUrl) {
  const response = await fetch(`${base}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'gpt-x', messages: HELLO, ...body }),
  })
  const text = await response.text()
  const parsed = parseJson(text)
  return { status: response.status, headers: response.headers, text, body: isObject(parsed) ? parsed : {} }
}

function contentOf(body: JsonObject): unknown {
  const message = asObjects(body.choices)[0]?.message
  return isObject(message) ? message.content : undefined
}

function errorOf(body: JsonObject): JsonObject {
  return isObject(body.error) ? body.error : {}
}

test('without a script it echoes, says that it is the emulator, and counts tokens', async () => {
  await using emulator = await startEmulator()
  const { status, body } = await chat(emulator, { temperature: 0.2, max_tokens: 200 })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    id: expect.stringMatching(/^chatcmpl-/),
    object: 'chat.completion',
    model: 'gpt-x',
    choices: [{ index: 0, message: { role: 'assistant' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: expect.any(Number), total_tokens: expect.any(Number) },
  })
  expect(contentOf(body)).toContain("emulator's scripted model")
  expect(contentOf(body)).toContain('"Hello there"')
  expect(contentOf((await chat(emulator)).body)).toBe(contentOf(body))
})

test('it is also there below the path of Groq’s client', async () => {
  await using emulator = await startEmulator()
  const { status } = await chat(emulator, {}, {}, `${emulator.groqUrl}/openai/v1`)
  expect(status).toBe(200)
  expect(emulator.model.requests[0]?.path).toBe('/openai/v1/chat/completions')
})

test('queued answers go first, then the responder, then the default', async () => {
  await using emulator = await startEmulator({ model: { answer: 'the default' } })
  const { model } = emulator
  model.queue('first', { text: 'second', usage: { promptTokens: 7, completionTokens: 5 } })
  model.replyWith(request => (request.messages.length > 1 ? `heard ${request.messages.length}` : undefined))
  expect(contentOf((await chat(emulator)).body)).toBe('first')
  const second = (await chat(emulator)).body
  expect(second.usage).toEqual({ prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 })
  const longer = [{ role: 'system', content: 'Be kind' }, ...HELLO]
  expect(contentOf((await chat(emulator, { messages: longer })).body)).toBe('heard 2')
  expect(contentOf((await chat(emulator)).body)).toBe('the default')
  model.replyWith('always this')
  expect(contentOf((await chat(emulator)).body)).toBe('always this')
  model.replyWith()
  expect(contentOf((await chat(emulator)).body)).toBe('the default')
})

test('requests are kept, in one count with the ledger', async () => {
  await using emulator = await startEmulator()
  const waiting = emulator.model.waitForRequests(2)
  const parts = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'look' },
        { type: 'image_url', image_url: { url: 'data:,' } },
      ],
    },
  ]
  await chat(emulator, { temperature: 0, messages: parts })
  await chat(emulator)
  const [first, second] = await waiting
  expect(first).toMatchObject({
    sequence: 1,
    model: 'gpt-x',
    stream: false,
    messages: [{ role: 'user', content: 'look' }],
    outcome: 'answered',
  })
  expect(first?.body).toMatchObject({ temperature: 0, messages: parts })
  expect(second?.sequence).toBe(2)
  await expect(emulator.model.waitForRequests(3, 20)).rejects.toThrow('3 model request(s); there are 2')
})

test('a token limit cuts the text', async () => {
  await using emulator = await startEmulator({ model: { answer: 'abcdefghijkl' } })
  for (const limit of ['max_tokens', 'max_completion_tokens']) {
    const { body } = await chat(emulator, { [limit]: 2 })
    expect([contentOf(body), asObjects(body.choices)[0]?.finish_reason]).toEqual(['abcdefgh', 'length'])
  }
})

test('tool calls', async () => {
  await using emulator = await startEmulator()
  emulator.model.queue({ toolCalls: [{ name: 'lookup', arguments: { sku: 'blue-1' } }] })
  const { body } = await chat(emulator)
  expect(body.choices).toMatchObject([
    {
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [{ type: 'function', function: { name: 'lookup', arguments: '{"sku":"blue-1"}' } }],
      },
    },
  ])
})

test('a streamed answer', async () => {
  await using emulator = await startEmulator({ model: { answer: 'one two  three' } })
  const { headers, text } = await chat(emulator, { stream: true, stream_options: { include_usage: true } })
  expect(headers.get('content-type')).toContain('text/event-stream')
  const events = text
    .trim()
    .split('\n\n')
    .map(line => line.replace('data: ', ''))
  expect(events.at(-1)).toBe('[DONE]')
  const chunks = events.slice(0, -1).map(event => JSON.parse(event))
  expect(chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join('')).toBe('one two  three')
  expect(chunks.at(-2).choices[0].finish_reason).toBe('stop')
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 4 } })
})

test('errors, with Retry-After', async () => {
  await using emulator = await startEmulator()
  emulator.model.queue(
    { status: 429, retryAfter: 3 },
    { status: 500 },
    { error: { message: 'No such model', code: 'x' }, status: 404 },
  )
  const limited = await chat(emulator)
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
  expect(errorOf(limited.body)).toMatchObject({ code: 'rate_limit_exceeded', message: expect.any(String) })
  expect(await chat(emulator)).toMatchObject({ status: 500, body: { error: { type: 'server_error' } } })
  expect(await chat(emulator)).toMatchObject({
    status: 404,
    body: { error: { message: 'No such model', code: 'x' } },
  })
  expect(emulator.model.requests.map(request => request.outcome)).toEqual(['refused', 'refused', 'refused'])
})

test('broken answers: garbage, nothing, half of it, a reset', async () => {
  await using emulator = await startEmulator()
  emulator.model.queue(
    { failure: 'garbage' },
    '',
    { text: 'never whole', failure: 'cut-short' },
    { failure: 'reset' },
  )
  const garbage = await chat(emulator)
  expect(garbage.status).toBe(200)
  expect(parseJson(garbage.text)).toBeUndefined()
  expect(contentOf((await chat(emulator)).body)).toBe('')
  await expect(chat(emulator)).rejects.toThrow('terminated')
  await expect(chat(emulator)).rejects.toThrow('fetch failed')
  emulator.model.queue({ text: 'never the whole of it', failure: 'cut-short' })
  await expect(chat(emulator, { stream: true })).rejects.toThrow('terminated')
  expect(emulator.model.requests.map(request => request.outcome)).toEqual([
    'answered',
    'answered',
    'cut-short',
    'withheld',
    'cut-short',
  ])
})

test('a delay, and a hang that ends with the emulator', async () => {
  const emulator = await startEmulator()
  emulator.model.queue({ text: 'late', delayMs: 40 }, { failure: 'hang' })
  const started = performance.now()
  expect(contentOf((await chat(emulator)).body)).toBe('late')
  expect(performance.now() - started).toBeGreaterThanOrEqual(38)
  const hanging = chat(emulator)
  await emulator.model.waitForRequests(2)
  await emulator.close()
  await expect(hanging).rejects.toThrow()
})

test('a key is asked for when there is one', async () => {
  await using emulator = await startEmulator({ model: { apiKey: 'sk-right', models: ['small', 'large'] } })
  const wrong = await chat(emulator, {}, { authorization: 'Bearer sk-wrong' })
  expect([wrong.status, errorOf(wrong.body).code]).toEqual([401, 'invalid_api_key'])
  expect((await chat(emulator, {}, { authorization: 'Bearer sk-right' })).status).toBe(200)
  const models = await fetch(`${emulator.modelUrl}/models`, { headers: { authorization: 'Bearer sk-right' } })
  expect(await models.json()).toMatchObject({ object: 'list', data: [{ id: 'small' }, { id: 'large' }] })
})

test.each([
  [{ model: undefined }, 'model'],
  [{ messages: [] }, 'messages'],
  [{ messages: [{ role: 'customer', content: 'x' }] }, 'messages[0].role'],
  [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
  [{ temperature: 3 }, 'temperature'],
  [{ max_tokens: 'many' }, 'max_tokens'],
])('a request with %j is refused', async (body, param) => {
  await using emulator = await startEmulator()
  const answer = await chat(emulator, body)
  expect(answer.status).toBe(400)
  expect(errorOf(answer.body)).toMatchObject({ type: 'invalid_request_error', param })
  expect(emulator.model.requests).toEqual([])
})

test('an unknown path is refused in the same shape', async () => {
  await using emulator = await startEmulator()
  const response = await fetch(`${emulator.modelUrl}/embeddings`, { method: 'POST', body: '{}' })
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
})
