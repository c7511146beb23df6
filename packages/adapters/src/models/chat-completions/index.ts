export type { ChatCompletionsClient } from './client.js'
export type { ChatCompletionsOptions } from './options.js'
