export type { AccessToken } from '../../http/index.js'
export { type McpChannel, mcpChannel } from './channel.js'
export type { McpClient, McpEra } from './connection/server.js'
export type { McpChannelOptions } from './options.js'
export type {
  ArgumentName,
  McpChatFields,
  McpChatsTool,
  McpMediaTool,
  McpMessageFields,
  McpMessagesTool,
  McpPaging,
  McpProfile,
  McpSendTool,
} from './profiles/profile.js'
export { type McpProfileName, mcpProfiles } from './profiles/ready.js'
export type { Paths } from './results/paths.js'
