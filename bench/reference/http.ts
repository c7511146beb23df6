// The least a webhook server does: `read` takes the bytes, `verify` also checks the signature and parses.
import { createServer } from 'node:http'
import { isSigned, readBody, respond } from './webhook.js'

const verifies = process.env.MODE === 'verify'

createServer((request, response) => {
  readBody(request, body => {
    if (!verifies) return respond(response, 200)
    if (!isSigned(body, request.headers['x-hub-signature-256'])) return respond(response, 401)
    JSON.parse(body.toString())
    respond(response, 200)
  })
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('READY'))
