export type { ChatCompletionsClient, ChatCompletionsOptions } from '../chat-completions/index.js'
export { type OpenAIModelOptions, openai } from './openai.js'
