export { type NodeHandlerOptions, toNodeHandler } from './to-node-handler.js'
