import type { EmulatorEvent } from '../event-log.js'
import type { Exchange } from '../http/exchange.js'
import type { World } from '../world.js'

const HEARTBEAT_MS = 15_000

/** Streams events as they happen, from where the watcher left off (HTML standard, "Server-sent events"). */
export function streamEvents(world: World, exchange: Exchange): void {
  const { response, headers, url } = exchange
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
  const send = (event: EmulatorEvent): void => {
    response.write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`)
  }
  // Somebody who restarts the server wants the page back at once, not after the browser's own three seconds.
  response.write('retry: 500\n\n')
  const after = headers['last-event-id'] ?? url.searchParams.get('after') ?? undefined
  const missed = after === undefined ? [] : world.events.since(Number(after))
  if (missed) for (const event of missed) send(event)
  else response.write(`id: ${world.events.lastId}\nevent: reload\ndata: {}\n\n`)
  // Proxies and browsers drop a stream that says nothing; a comment line is no event.
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS)
  const stop = world.events.listen(send)
  response.write(': connected\n\n')
  response.once('close', () => {
    clearInterval(heartbeat)
    stop()
  })
}
