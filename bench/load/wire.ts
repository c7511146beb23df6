import { createHmac } from 'node:crypto'

/** What the servers under test are told about the number they serve. None of it is real. */
export const account = {
  phoneNumberId: '106540000000001',
  appSecret: 'bench-app-secret',
  accessToken: 'bench-access-token',
  verifyToken: 'bench-verify-token',
} as const

/** The path that every server under test takes webhooks on. */
export const webhookPath = '/webhook'

/** Fills a webhook up to the size that Meta's usually have. */
const bodyBytes = 1_100

/** Where the test people's numbers begin: a range that is never given out. */
const firstPhone = 15_550_000_000

export interface TextMessage {
  readonly user: number
  /** Names the message and is its text's first word. */
  readonly token: string
}

/** A whole HTTP request with one signed webhook of one text message, as Meta posts it. */
export function webhookRequest(message: TextMessage): Buffer {
  const body = Buffer.from(webhookBody(message))
  const signature = createHmac('sha256', account.appSecret).update(body).digest('hex')
  const head =
    `POST ${webhookPath} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
    `X-Hub-Signature-256: sha256=${signature}\r\nContent-Length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

function webhookBody({ user, token }: TextMessage): string {
  const phone = String(firstPhone + user)
  const envelope = (text: string) =>
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '102290000000001',
          changes: [
            {
              field: 'messages',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: '15550001111', phone_number_id: account.phoneNumberId },
                contacts: [{ profile: { name: `Person ${user}` }, wa_id: phone }],
                messages: [
                  {
                    from: phone,
                    id: `wamid.${token}`,
                    timestamp: String(Math.floor(Date.now() / 1000)),
                    type: 'text',
                    text: { body: text },
                  },
                ],
              },
            },
          ],
        },
      ],
    })
  const short = envelope(token)
  return envelope(`${token} ${filler.slice(0, Math.max(0, bodyBytes - short.length - 1))}`)
}

// No comma: it separates the messages that a reply answers.
const filler = 'the words of a customer who has something to ask and takes some time to say so '.repeat(16)
