export type { ChatCompletionsClient, ChatCompletionsOptions } from '../chat-completions/index.js'
export { groq } from './groq.js'
