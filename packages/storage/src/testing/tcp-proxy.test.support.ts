import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Stands between a client and a server, and can stop passing anything on without closing a connection. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** From now on nothing gets through in either direction; connections stay open, new ones are accepted. */
  freeze(): void
  /** Ends all connections at once and lets new ones through. */
  cut(): void
}

export async function startTcpProxy(target: {
  readonly host: string
  readonly port: number
}): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let frozen = false

  const server = createServer(client => {
    const upstream = connect(target)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', chunk => {
        if (!frozen) to.write(chunk)
      })
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        if (!frozen) to.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')

  function cut(): void {
    frozen = false
    for (const socket of sockets) socket.destroy()
  }

  return {
    port: address.port,
    freeze: () => {
      frozen = true
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
