// The least a bot does that answers and remembers nothing: check, parse, a set against duplicates, `fetch` to the Graph API.
import { createServer } from 'node:http'
import { account } from '../load/wire.js'
import { isSigned, parseMessage, readBody, respond, type WebhookMessage } from './webhook.js'

const url = `${process.env.GRAPH_URL}/v24.0/${account.phoneNumberId}/messages`
const headers = { authorization: `Bearer ${account.accessToken}`, 'content-type': 'application/json' }
const seen = new Set<string>()

createServer((request, response) => {
  readBody(request, body => {
    if (!isSigned(body, request.headers['x-hub-signature-256'])) return respond(response, 401)
    const message = parseMessage(body)
    if (!seen.has(message.providerId)) answer(message).catch(console.error)
    seen.add(message.providerId)
    respond(response, 200)
  })
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('READY'))

async function answer({ phone, text }: WebhookMessage): Promise<void> {
  const content = { messaging_product: 'whatsapp', to: phone, type: 'text', text: { body: `pong ${text}` } }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(content) })
  await response.json()
}
