import type { Emulator } from '@switchboard/emulator'

/** A message as it arrives in a webhook. */
interface TakenMessage {
  readonly id: string
  readonly type: string
  readonly from?: string
  readonly from_user_id?: string
  readonly text?: { readonly body: string }
  readonly context?: { readonly id: string }
  readonly [type: string]: unknown
}

interface Value {
  readonly messages?: readonly TakenMessage[]
  readonly message_echoes?: readonly TakenMessage[]
  readonly statuses?: readonly { readonly id: string; readonly status: string }[]
  readonly contacts?: readonly { readonly profile?: { readonly username?: string } }[]
}

/** The simplest bot: keeps what its webhook gets, and sends what the test tells it to. */
export interface WebhookTaker {
  readonly values: readonly Value[]
  messages(): readonly TakenMessage[]
  echoes(): readonly TakenMessage[]
  statuses(): readonly string[]
  /** The next webhooks are answered only when the returned function is called. */
  hold(): () => void
  /** Answers the next webhooks with this status. */
  answerWith(status: number): void
  /** Sends a message; resolves with status and the id of what was accepted. */
  send(message: Record<string, unknown>): Promise<{ status: number; id: string | undefined }>
  text(to: string, body: string, extra?: Record<string, unknown>): ReturnType<WebhookTaker['send']>
  markRead(id: string, typing?: boolean): Promise<unknown>
}

export function takeWebhooks(emulator: Emulator): WebhookTaker {
  const values: Value[] = []
  let held: Promise<void> = Promise.resolve()
  let status = 200

  emulator.connect(async request => {
    const body = (await request.json()) as { entry: { changes: { value: Value }[] }[] }
    for (const entry of body.entry) for (const change of entry.changes) values.push(change.value)
    await held
    return new Response('', { status })
  })

  async function post(body: Record<string, unknown>) {
    const response = await fetch(`${emulator.url}/v24.0/${emulator.account.phoneNumberId}/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${emulator.account.accessToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ messaging_product: 'whatsapp', ...body }),
    })
    const answer = (await response.json()) as { messages?: { id: string }[] }
    return { status: response.status, id: answer.messages?.[0]?.id }
  }

  return {
    values,
    messages: () => values.flatMap(value => value.messages ?? []),
    echoes: () => values.flatMap(value => value.message_echoes ?? []),
    statuses: () => values.flatMap(value => (value.statuses ?? []).map(each => each.status)),
    hold() {
      let release = (): void => {}
      held = new Promise(resolve => {
        release = resolve
      })
      return () => {
        held = Promise.resolve()
        release()
      }
    },
    answerWith(next) {
      status = next
    },
    send: post,
    text: (to, body, extra) => post({ to, type: 'text', text: { body }, ...extra }),
    markRead: (id, typing = false) =>
      post({ status: 'read', message_id: id, ...(typing && { typing_indicator: { type: 'text' } }) }),
  }
}
