import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { sendProblem } from './problem.js'

/** Lets in who has the key. Without a key: only this machine, nobody who came through a proxy, and no page of another site. */
export function authorize(key: string | undefined): RequestHandler {
  return (request, response, next) => {
    if (key === undefined) {
      const { forwarded, host, 'x-forwarded-for': forwardedFor } = request.headers
      const direct = forwarded === undefined && forwardedFor === undefined && isLocalName(host)
      if (direct && isLoopback(request.socket.remoteAddress)) next()
      else sendProblem(response, 403, 'set OPERATOR_API_KEY to use the API from elsewhere')
      return
    }
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given !== undefined && sameSecret(given, key)) {
      next()
      return
    }
    response.setHeader('www-authenticate', 'Bearer')
    sendProblem(response, 401, 'send the operator key as Authorization: Bearer')
  }
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (/^(::ffff:)?127\./.test(address) || address === '::1')
}

/** A page that lets its own name point to this machine (DNS rebinding) still sends its name. */
function isLocalName(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host)
}

/** Digests have one length, so the comparison takes the same time whatever was given. */
function sameSecret(given: string, key: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(key))
}
