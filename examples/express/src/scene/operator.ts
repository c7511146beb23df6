/** The operator's side of the server, over HTTP as any tool of the business would use it. */
export interface Operator {
  takeOver(phone: string): Promise<number>
  handBack(phone: string): Promise<number>
  write(phone: string, message: string): Promise<number>
  messages(phone: string): Promise<readonly OperatorMessageView[]>
}

interface OperatorMessageView {
  readonly author: string
  readonly text: string | null
  readonly providerId: string | null
  readonly status: string | null
}

export function createOperator(url: string, key: string | undefined): Operator {
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) }
  const post = async (path: string, body: object) => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return response.status
  }
  return {
    takeOver: phone => post('takeover', { phone }),
    handBack: phone => post('handback', { phone }),
    write: (phone, message) => post('operator-message', { phone, message }),
    async messages(phone) {
      const response = await fetch(`${url}/api/v1/messages?phone=${encodeURIComponent(phone)}`, { headers })
      const { messages } = (await response.json()) as { messages: readonly OperatorMessageView[] }
      return messages
    },
  }
}
