import { expect, test } from 'vitest'
import { json, startServer } from '../../../http/local-server.test.support.js'
import { metaChannel } from '../index.js'
import { account, channelOptions } from '../webhook/samples.test.support.js'

const healthOf = async (answer: ReturnType<typeof json>) => {
  const { url, requests } = await startServer(answer)
  return { health: await metaChannel({ ...channelOptions, graphUrl: url }).health(), requests }
}

test.each([
  ['CONNECTED', true],
  ['FLAGGED', true],
  ['RESTRICTED', true],
  ['DISCONNECTED', false],
  ['PENDING', false],
  ['something new', false],
])('a number that is %s', async (status, ok) => {
  const { health, requests } = await healthOf(json(200, { id: account, status, quality_rating: 'GREEN' }))
  expect(health).toEqual({ ok, state: status })
  expect(requests).toMatchObject([
    { method: 'GET', path: `/v24.0/${account}?fields=status,quality_rating`, body: '' },
  ])
})

test('a token that expired', async () => {
  const { health } = await healthOf(json(401, { error: { code: 190, message: 'Expired' } }))
  expect(health).toEqual({ ok: false, state: 'error 190' })
})

test('an answer that says nothing', async () => {
  expect((await healthOf(json(200, '<html>'))).health).toEqual({ ok: false, state: 'UNKNOWN' })
})

test('nobody there', async () => {
  const channel = metaChannel({ ...channelOptions, graphUrl: 'http://graph.invalid' })
  expect(await channel.health()).toEqual({ ok: false, state: 'UNREACHABLE' })
})

test('another account', async () => {
  const { url, requests } = await startServer(json(200, { status: 'CONNECTED' }))
  await metaChannel({ ...channelOptions, graphUrl: url }).health({ account: '310010000000002' })
  expect(requests[0]?.path).toBe('/v24.0/310010000000002?fields=status,quality_rating')
})

test('being told to stop says nothing about the number', async () => {
  const { url } = await startServer(json(200, { status: 'CONNECTED' }))
  const channel = metaChannel({ ...channelOptions, graphUrl: url })
  await expect(channel.health({ signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow()
})
