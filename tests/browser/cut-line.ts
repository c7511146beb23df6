import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line between the browser and the emulator that can be cut. */
export interface Line extends AsyncDisposable {
  readonly url: string
  /** Breaks every connection, and refuses new ones. */
  cut(): void
  mend(): void
  /** Leads to another port from now on. */
  leadTo(port: number): void
}

export async function layLine(port: number): Promise<Line> {
  const sockets = new Set<Socket>()
  let target = port
  let isCut = false
  const server = createServer(near => {
    if (isCut) return void near.resetAndDestroy()
    const far = connect(target, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  function breakAll(): void {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true
      breakAll()
    },
    mend() {
      isCut = false
    },
    leadTo(next) {
      target = next
      breakAll()
    },
    async [Symbol.asyncDispose]() {
      breakAll()
      server.close()
      await once(server, 'close')
    },
  }
}
