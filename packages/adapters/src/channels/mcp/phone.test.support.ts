/** A message on the phone that a fixture server stands for. */
export interface PhoneMessage {
  id: string
  chat_id: string
  sender: string
  from_me: boolean
  /** Epoch milliseconds. */
  at: number
  text: string
}

export interface ToolAnswer {
  content: { type: 'text'; text: string }[]
  structuredContent?: Record<string, unknown>
  isError?: boolean
}

/** Called instead of the tool. What it gives is the answer; `undefined` lets the tool answer itself. */
export type Intercept = (
  tool: string,
  values: Record<string, unknown>,
) => Promise<ToolAnswer | undefined> | ToolAnswer | undefined

const ownNumber = '15550009999'

export const json = (value: unknown): ToolAnswer => ({
  content: [{ type: 'text', text: JSON.stringify(value) }],
})

const object = (properties: object, required: string[] = []) => ({
  type: 'object' as const,
  properties,
  required,
})
const string = { type: 'string' }
const integer = { type: 'integer' }

const declared = [
  { name: 'get_chats', inputSchema: object({ limit: integer }) },
  {
    name: 'get_messages',
    inputSchema: object({ chat_id: string, start_date: string, limit: integer }, ['chat_id']),
    outputSchema: object({ messages: { type: 'array' } }, ['messages']),
  },
  {
    name: 'send_message',
    inputSchema: object({ chat_id: string, text: string, reply_to: string }, ['chat_id', 'text']),
  },
]

/** The account behind a server of the required shape: `get_chats`, `get_messages`, `send_message`. */
export function makePhone() {
  const messages: PhoneMessage[] = []
  const calls: { tool: string; values: Record<string, unknown> }[] = []
  const state = {
    intercept: undefined as Intercept | undefined,
    /** Whether a send shows up in the list, and whether its answer names it. */
    listsOwn: true,
    namesSends: true,
    /** Whether messages have ids. */
    hasIds: true,
    /** Times in whole seconds. */
    wholeSeconds: false,
  }
  let count = 0

  function add(chat: string, text: string, at: number, fromMe = false, givenId?: string): PhoneMessage {
    count += 1
    const sender = fromMe ? `${ownNumber}@s.whatsapp.net` : chat
    const message = {
      id: givenId ?? `3EB0${String(count).padStart(6, '0')}`,
      chat_id: chat,
      sender,
      from_me: fromMe,
      at,
      text,
    }
    messages.push(message)
    return message
  }

  const tools = {
    get_chats() {
      const chats = [...new Set(messages.map(({ chat_id }) => chat_id))].map(id => {
        const own = messages.filter(({ chat_id }) => chat_id === id)
        return { id, name: `Chat ${id.slice(0, 6)}`, timestamp: Math.max(...own.map(({ at }) => at)) / 1000 }
      })
      return json(chats.sort((a, b) => b.timestamp - a.timestamp))
    },
    get_messages({ chat_id, start_date, limit = 50 }: Record<string, unknown>) {
      const since = typeof start_date === 'string' ? Date.parse(start_date) : 0
      // As a real server would, it compares what it tells.
      const timeOf = (at: number) => (state.wholeSeconds ? Math.floor(at / 1000) * 1000 : at)
      const found = messages
        .filter(message => message.chat_id === chat_id && timeOf(message.at) >= since)
        .sort((a, b) => b.at - a.at)
        .slice(0, limit as number)
        .map(({ at, id, ...rest }) => ({
          ...(state.hasIds && { id }),
          ...rest,
          timestamp: state.wholeSeconds ? Math.floor(at / 1000) : new Date(at).toISOString(),
        }))
      return { ...json({ messages: found }), structuredContent: { messages: found } }
    },
    send_message({ chat_id, text }: Record<string, unknown>) {
      const at = state.listsOwn ? now() : undefined
      const sent = at === undefined ? undefined : add(String(chat_id), String(text), at, true)
      return json({ success: true, ...(state.namesSends && sent && { message_id: sent.id }) })
    },
  }
  let now = () => Date.now()

  return {
    messages,
    calls,
    state,
    add,
    setClock(clock: () => number) {
      now = clock
    },
    sends: () => calls.filter(({ tool }) => tool === 'send_message').map(({ values }) => values),
    tools: [...declared],
    async run(tool: string, values: Record<string, unknown> = {}): Promise<ToolAnswer> {
      calls.push({ tool, values })
      const own = await state.intercept?.(tool, values)
      if (own) return own
      if (tool in tools) return tools[tool as keyof typeof tools](values)
      return { content: [{ type: 'text', text: `MCP error -32602: Tool ${tool} not found` }], isError: true }
    },
  }
}

export type Phone = ReturnType<typeof makePhone>
