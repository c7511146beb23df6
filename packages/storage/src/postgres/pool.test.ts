import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { postgresStore } from './index.js'

/** A message of PostgreSQL's protocol: a letter, the length, the rest. */
function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(letter)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const authenticated = message('R', Buffer.from([0, 0, 0, 0]))
const ready = message('Z', Buffer.from('I'))
const shuttingDown = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'))

/** A server that lets clients in and shuts down with the same packet. */
async function closingServer(): Promise<Server> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(Buffer.concat([authenticated, ready, shuttingDown])))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

// An error that nobody hears would end the process: here it fails the run.
describe('a server that shuts down while a client connects', () => {
  it.each(['its own pool', 'a pool that was passed'])('is only away, with %s', async whose => {
    const server = await closingServer()
    const connectionString = `postgres://nobody@127.0.0.1:${(server.address() as AddressInfo).port}/none`
    const pool = new pg.Pool({ connectionString })
    pool.on('error', () => {})
    const store = postgresStore(whose === 'its own pool' ? { connectionString } : { pool })
    await expect(store.init()).rejects.toMatchObject({ code: 'store_unavailable' })
    await store.close()
    await pool.end()
    server.close()
  })
})
