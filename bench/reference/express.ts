// The same in Express, with its own body reader: what any webhook costs there at least.
import express from 'express'
import { webhookPath } from '../load/wire.js'
import { isSigned } from './webhook.js'

const app = express()
app.post(webhookPath, express.raw({ type: () => true, limit: '3mb' }), (request, response) => {
  const body: Buffer = request.body
  if (!isSigned(body, request.headers['x-hub-signature-256'])) {
    response.status(401).end()
    return
  }
  JSON.parse(body.toString())
  response.status(200).end()
})
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('READY'))
