import { tooLarge, type WebhookHandler } from './webhook.js'

/** A web-standard handler over `handle`: reads the body, at most `maxBodyBytes` of it. */
export function fetchHandler(
  handle: WebhookHandler,
  maxBodyBytes: number,
): (request: Request) => Promise<Response> {
  function refuse(url: string) {
    const answer = tooLarge(maxBodyBytes)
    handle.logRefusal(answer, url)
    return answer
  }

  return async request => {
    const body = await readBody(request, maxBodyBytes)
    const { method, url, headers } = request
    const response = body ? await handle({ method, url, headers, body }) : refuse(url)
    return new Response(response.body ?? null, {
      status: response.status,
      ...(response.headers && { headers: response.headers }),
    })
  }
}

/** The whole body, or `undefined` when it is longer than allowed; the rest is not read then. */
async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return undefined
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}
