import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EmulatorError } from '../errors.js'

export interface Listening {
  readonly port: number
  /** Cuts every connection and frees the port. */
  close(): Promise<void>
}

/** Starts a plain HTTP server. Throws an EmulatorError when the port cannot be had. */
export async function listen(
  host: string,
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: 60_000 }, handle)
  // A withheld answer may last as long as a test wants.
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause =>
      reject(
        new EmulatorError(
          'invalid-option',
          `Cannot listen on ${host}:${port} (${cause.message}). Choose another port, or 0 for any.`,
          {
            cause,
          },
        ),
      ),
    )
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
