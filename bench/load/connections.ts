import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'

/** A keep-alive connection that carries one request at a time. */
export interface Connection {
  /** Resolves with the status once the whole answer is there. Rejects when the connection ends first. */
  request(bytes: Buffer): Promise<number>
  close(): void
}

/**
 * A client of the least cost: on a machine of few processors every microsecond of the load generator is taken from the
 * server under test. It reads only what these servers answer: a head with `content-length` and that many bytes.
 */
export async function connect(port: number): Promise<Connection> {
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return readAnswers(socket)
}

interface Waiting {
  resolve(status: number): void
  reject(error: Error): void
}

function readAnswers(socket: Socket): Connection {
  let waiting: Waiting | undefined
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    received = received === '' ? chunk : received + chunk
    const answer = readAnswer(received)
    if (!answer) return
    received = received.slice(answer.length)
    const { resolve } = waiting ?? fail(socket)
    waiting = undefined
    resolve(answer.status)
  })
  const end = (error?: Error) => {
    waiting?.reject(error ?? new Error('the server closed the connection'))
    waiting = undefined
  }
  socket.on('error', end)
  socket.on('close', () => end())
  return {
    request(bytes) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('the server has closed the connection'))
        waiting = { resolve, reject }
        socket.write(bytes)
      })
    },
    close: () => socket.destroy(),
  }
}

/** The status and length of the answer at the start of what came, `undefined` while it is not complete. */
function readAnswer(received: string): { readonly status: number; readonly length: number } | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const bodyLength = /content-length: *(\d+)/i.exec(received)?.[1]
  if (bodyLength === undefined) throw new Error(`an answer without content-length:\n${received}`)
  const length = headEnd + 4 + Number(bodyLength)
  return received.length < length ? undefined : { status: Number(received.slice(9, 12)), length }
}

function fail(socket: Socket): never {
  socket.destroy()
  throw new Error('the server answered what was not asked')
}
