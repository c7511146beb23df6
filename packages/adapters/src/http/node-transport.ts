import * as http from 'node:http'
import * as https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { brokenOff, neverLeft } from './failures.js'
import { defaultMaxBytes, type HttpAnswer, type Provider, type Transport } from './transport.js'

/**
 * Idle connections are closed before common servers do it (Node: 5 s): a request written just when the other side closes
 * would end with an unknown outcome. A shorter `Keep-Alive` of the server counts.
 */
const idleMs = 4_000
const mostConnections = 256

/**
 * Requests over `node:http` and `node:https` with connections kept alive: a fifth of the CPU of `fetch` on Node 20, and
 * the socket itself tells whether a request left, where `fetch` only has error codes to guess from.
 */
export function nodeTransport(base: URL, provider: Provider): Transport {
  const secure = base.protocol === 'https:'
  const { hostname, port } = urlToHttpOptions(base)
  const options = { keepAlive: true, timeout: idleMs, maxSockets: mostConnections }
  const agent = secure ? new https.Agent(options) : new http.Agent(options)
  const send = secure ? https.request : http.request

  return ({ method, path, headers, body, signal, maxBytes = defaultMaxBytes }) =>
    new Promise<HttpAnswer>((resolve, reject) => {
      if (signal.aborted) return reject(neverLeft(provider, signal.reason))
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const outgoing = send({ hostname, port, path, method, agent, headers: { ...headers, ...length } })
      let left = false
      let answered = false
      // Until then it waits for a free connection, for DNS, for TCP or for TLS: nothing has been written.
      outgoing.once('socket', socket => {
        left = !socket.connecting
        if (!left) {
          socket.once(secure ? 'secureConnect' : 'connect', () => {
            left = true
          })
        }
      })
      const fail = (error: unknown) => {
        reject(left ? brokenOff(provider, error) : neverLeft(provider, error))
      }
      const failUnlessAnswered = (error: unknown) => {
        // A body that is cut off, or is no HTTP any more, ends with what came: the status alone may already decide.
        if (!answered) fail(error)
      }
      const abort = () => {
        // A request that still waits for a connection says nothing when it is destroyed.
        failUnlessAnswered(signal.reason)
        outgoing.destroy()
      }
      signal.addEventListener('abort', abort, { once: true })
      outgoing.on('error', failUnlessAnswered)
      outgoing.once('response', response => {
        answered = true
        readAnswer(response, maxBytes, resolve)
      })
      outgoing.end(body)
    })
}

/** Gives what came, also when it was cut off: the status alone may already decide. */
function readAnswer(
  response: http.IncomingMessage,
  maxBytes: number,
  resolve: (answer: HttpAnswer) => void,
): void {
  const chunks: Uint8Array[] = []
  let length = 0
  const done = () => {
    const body = Buffer.concat(chunks)
    resolve({
      status: response.statusCode ?? 0,
      header: name => [response.headers[name]].flat()[0],
      body: body.subarray(0, maxBytes),
      truncated: !response.complete || length > maxBytes,
    })
  }
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length > maxBytes) response.destroy()
  })
  response.once('end', done)
  response.once('close', done)
  response.on('error', done)
}
