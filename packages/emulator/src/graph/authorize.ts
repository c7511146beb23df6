import type { Exchange } from '../http/exchange.js'
import type { World } from '../world.js'
import { GraphError } from './graph-error.js'

/** Throws code 190 (HTTP 401) unless the request carries the access token as a bearer token. */
export function authorize(world: World, exchange: Exchange): void {
  const header = exchange.headers.authorization
  if (header === undefined)
    throw new GraphError(190, { message: 'An access token is required to request this resource.' })
  if (!isBearer(header, world.settings.accessToken)) throw new GraphError(190)
}

export function isBearer(header: string | undefined, token: string): boolean {
  return header?.replace(/^bearer /i, '') === token && /^bearer /i.test(header)
}
