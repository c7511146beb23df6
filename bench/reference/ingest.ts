// Durable ingest as one would write it by hand for speed alone: acknowledged after the commit, nothing else.
// STORE `pg` (DATABASE_URL) or `pglite` (PGLITE_DIR); BATCH `greedy` with SLOTS writes in flight, or `one` call a webhook.
import { createServer } from 'node:http'
import { openDatabase } from './database.js'
import { greedy } from './greedy.js'
import { isSigned, parseMessage, readBody, respond, type WebhookMessage } from './webhook.js'

const { BATCH, PORT, SLOTS = '2' } = process.env
const call = await openDatabase()
const write = BATCH === 'one' ? call : greedy<WebhookMessage>(call, Number(SLOTS), message => message.phone)

createServer((request, response) => {
  readBody(request, body => {
    if (!isSigned(body, request.headers['x-hub-signature-256'])) return respond(response, 401)
    write([parseMessage(body)]).then(
      () => respond(response, 200),
      () => respond(response, 503),
    )
  })
}).listen(Number(PORT), '127.0.0.1', () => console.log('READY'))
