import * as net from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { selfSigned } from '../../../http/certificate.test.support.js'
import { accepted, listen, startServer } from '../../../http/local-server.test.support.js'
import { type MetaChannelOptions, metaChannel } from '../index.js'
import { channelOptions } from '../webhook/samples.test.support.js'
import { message, refusedForNow, unknown } from './verdicts.test.support.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

const open = (graphUrl: string, options: Partial<MetaChannelOptions> = {}) =>
  metaChannel({ ...channelOptions, graphUrl, ...options })

test('connections are used again', async () => {
  const server = await startServer(accepted)
  const channel = open(server.url)
  for (let index = 0; index < 5; index++) await channel.send(message)
  expect(server.connections()).toBe(1)
  expect(server.requests).toHaveLength(5)
})

test('a connection that the other side closed while it was idle is not used again', async () => {
  const server = await startServer((response, socket) => {
    accepted(response, socket)
    response.once('finish', () => setTimeout(() => socket.destroy(), 20))
  })
  const channel = open(server.url)
  for (let index = 0; index < 3; index++) {
    await channel.send(message)
    await new Promise(resolve => setTimeout(resolve, 150))
  }
  expect(server.connections()).toBe(3)
})

test('a connection that breaks just when it is used again leaves the outcome open', async () => {
  let answers = 0
  const server = await startServer((response, socket) => {
    if (++answers === 1) accepted(response, socket)
    else socket.resetAndDestroy()
  })
  const channel = open(server.url)
  await channel.send(message)
  await expect(channel.send(message)).rejects.toMatchObject(unknown)
  expect(server.requests).toHaveLength(2)
})

test('TLS works, and a break after the handshake is told from one before', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  let answers = 0
  const server = await startServer((response, socket) => {
    if (++answers <= 2) accepted(response, socket)
    else socket.destroy()
  }, selfSigned())
  const channel = open(server.url)
  await expect(channel.send(message)).resolves.toEqual({ providerId: 'wamid.accepted' })
  await expect(channel.send(message)).resolves.toEqual({ providerId: 'wamid.accepted' })
  expect(server.connections()).toBe(1)
  await expect(channel.send(message)).rejects.toMatchObject(unknown)
})

test('a page that never ends is not read to its end', async () => {
  const server = await startServer(response => {
    response.writeHead(503, { 'content-type': 'text/html' })
    const more = () => {
      while (!response.destroyed && response.write('<p>Sorry</p>'.repeat(1_000)));
    }
    response.on('drain', more)
    more()
  })
  const channel = open(server.url, { timeoutMs: 600_000 })
  await expect(channel.send(message)).rejects.toMatchObject(refusedForNow)
})

test('a handshake that never ends has sent nothing', async () => {
  const port = await listen(net.createServer(() => undefined))
  const channel = open(`https://127.0.0.1:${port}`, { timeoutMs: 100 })
  await expect(channel.send(message)).rejects.toMatchObject(refusedForNow)
})

test('a request that waits for a free connection can be given up, and was not sent', async () => {
  const server = await startServer(() => undefined)
  const channel = open(server.url)
  const crowd = Array.from({ length: 256 }, () => new AbortController())
  const hanging = crowd.map(({ signal }) => channel.send(message, { signal }))
  const last = new AbortController()
  const waiting = channel.send(message, { signal: last.signal })
  while (server.requests.length < hanging.length) await new Promise(resolve => setTimeout(resolve, 10))
  last.abort(new Error('stopped'))
  await expect(waiting).rejects.toMatchObject(refusedForNow)
  for (const controller of crowd) controller.abort(new Error('stopped'))
  const outcomes = await Promise.allSettled(hanging)
  expect(outcomes.map(outcome => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
    hanging.map(() => 'channel_unknown'),
  )
  expect(server.requests).toHaveLength(256)
})
