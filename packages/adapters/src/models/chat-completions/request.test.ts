import { afterEach, describe, expect, it, vi } from 'vitest'
import { type FakeApi, startFakeApi } from '../test-support/fake-api.js'
import { prompt, secret, subjects } from '../test-support/subjects.js'

const sent = (api: FakeApi) => JSON.parse(api.requests[0]?.text ?? 'null')

describe.each(subjects)('a request of $name', subject => {
  afterEach(() => vi.unstubAllEnvs())

  it('holds model and messages, and nothing that was not asked for', async () => {
    await using api = await startFakeApi(subject.path)
    await subject.create(api.origin).generate({
      system: 'You sell tea.',
      messages: [
        { role: 'user', text: 'Hello' },
        { role: 'assistant', text: 'Hi!' },
        { role: 'user', text: 'Open?\nTomorrow?' },
      ],
    })
    expect(api.requests.map(request => request.text)).toEqual([
      '{"model":"tea-1","messages":[{"role":"system","content":"You sell tea."},{"role":"user","content":"Hello"},' +
        '{"role":"assistant","content":"Hi!"},{"role":"user","content":"Open?\\nTomorrow?"}]}',
    ])
    expect(api.requests[0]?.headers.authorization).toBe(`Bearer ${secret}`)
  })

  it('has no system message when there is none', async () => {
    await using api = await startFakeApi(subject.path)
    await subject.create(api.origin).generate({ messages: prompt.messages })
    expect(sent(api).messages).toEqual([{ role: 'user', content: 'When do you open?' }])
  })

  it('has temperature and extra fields when given', async () => {
    await using api = await startFakeApi(subject.path)
    const model = subject.create(api.origin, { temperature: 0, extraBody: { reasoning_effort: 'low' } })
    await model.generate(prompt)
    expect(sent(api)).toMatchObject({ temperature: 0, reasoning_effort: 'low' })
  })

  it('cannot be turned into another one by extra fields', async () => {
    await using api = await startFakeApi(subject.path)
    await subject.create(api.origin, { extraBody: { model: 'dear-1', messages: [] } }).generate(prompt)
    expect(sent(api)).toMatchObject({ model: 'tea-1', messages: [{ role: 'system' }, { role: 'user' }] })
  })

  it('has no NUL and no lone surrogate, which servers refuse', async () => {
    await using api = await startFakeApi(subject.path)
    await subject.create(api.origin).generate({ messages: [{ role: 'user', text: 'tea \ud83d\u0000' }] })
    expect(sent(api).messages).toEqual([{ role: 'user', content: 'tea \ufffd\ufffd' }])
  })

  it('goes to a server of one’s own without a key and without an Authorization header', async () => {
    vi.stubEnv(subject.keyVariable, '')
    await using api = await startFakeApi(subject.path)
    await subject.create(api.origin, { apiKey: undefined }).generate(prompt)
    expect(api.requests[0]?.headers).not.toHaveProperty('authorization')
  })

  it('carries a key read from a file without its line break', async () => {
    await using api = await startFakeApi(subject.path)
    await subject.create(api.origin, { apiKey: `${secret}\n` }).generate(prompt)
    expect(api.requests[0]?.headers.authorization).toBe(`Bearer ${secret}`)
  })
})
