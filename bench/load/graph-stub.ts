import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Plays the Graph API just well enough to accept messages, and says which messages each reply answered. */
export interface GraphStub {
  readonly port: number
  /** Resolves with `true` when a reply to the message arrives, with `false` when none did in time. */
  reply(token: string): Promise<boolean>
  /** Counts the replies to messages that nobody waited for any more, each one too many, and starts anew. */
  takeSurplus(): number
}

/** A reply that takes longer counts as lost. */
const patienceMs = 15_000

export async function startGraphStub(): Promise<GraphStub> {
  const waiting = new Map<string, (replied: boolean) => void>()
  let surplus = 0
  let accepted = 0

  function settle(token: string, replied: boolean): void {
    waiting.get(token)?.(replied)
    if (!waiting.delete(token) && replied) surplus++
  }

  const server = createServer((request, response) => {
    readBody(request, body => {
      for (const token of answeredTokens(body)) settle(token, true)
      accepted++
      answer(response, { messaging_product: 'whatsapp', messages: [{ id: `wamid.reply-${accepted}` }] })
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    reply(token) {
      return new Promise(resolve => {
        const timer = setTimeout(() => settle(token, false), patienceMs)
        waiting.set(token, replied => {
          clearTimeout(timer)
          resolve(replied)
        })
      })
    },
    takeSurplus() {
      const counted = surplus
      surplus = 0
      return counted
    },
  }
}

/** `pong a…,b…` answers the messages whose first words are `a` and `b`. */
function answeredTokens(body: string): string[] {
  const { text } = JSON.parse(body) as { text?: { body: string } }
  if (!text?.body.startsWith('pong ')) return []
  const answered = text.body.slice('pong '.length).split(',')
  return answered.map(words => words.split(' ', 1)[0] ?? '')
}

function readBody(request: IncomingMessage, done: (body: string) => void): void {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => {
    body += chunk
  })
  request.on('end', () => done(body))
}

function answer(response: ServerResponse, content: object): void {
  const text = JSON.stringify(content)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
