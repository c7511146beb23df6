import { asFields, asList, type Fields } from '../../../values.js'
import type { ArgumentName } from './profile.js'

/** A tool as `tools/list` gives it. */
export interface McpTool {
  readonly name: string
  readonly inputSchema?: unknown
}

/** One argument of a call. */
export interface Argument {
  readonly name: ArgumentName | undefined
  readonly value: unknown
  /** The tool cannot do without it. Default false: left out when the tool does not declare it. */
  readonly needed?: boolean
  /** Never sent to a tool that does not say what it takes. Default false. */
  readonly declaredOnly?: boolean
  /** Sent only to a tool that insists on it. Default false. */
  readonly requiredOnly?: boolean
}

/** The arguments as this tool calls them. What has no value or no name is left out. */
export function argumentsFor(tool: McpTool, given: readonly Argument[]): Record<string, unknown> {
  const written: Record<string, unknown> = {}
  for (const { name, value, needed, declaredOnly, requiredOnly } of given) {
    if (name === undefined || value === undefined || (declaredOnly && !declaredBy(tool))) continue
    const chosen = nameIn(tool, name, needed)
    if (chosen !== undefined && (!requiredOnly || requires(tool, chosen))) written[chosen] = value
  }
  return written
}

/** Whether the tool takes it. */
export function takes(tool: McpTool, name: ArgumentName | undefined): boolean {
  return name !== undefined && nameIn(tool, name) !== undefined
}

function nameIn(tool: McpTool, name: ArgumentName, needed = false): string | undefined {
  const candidates = typeof name === 'string' ? [name] : name
  const declared = declaredBy(tool)
  // A server that declares nothing is believed to take the usual names.
  if (!declared) return candidates[0]
  return candidates.find(candidate => candidate in declared) ?? (needed ? candidates[0] : undefined)
}

function requires(tool: McpTool, name: string): boolean {
  return asList(asFields(tool.inputSchema)?.required)?.includes(name) === true
}

function declaredBy(tool: McpTool): Fields | undefined {
  const declared = asFields(asFields(tool.inputSchema)?.properties)
  return declared && Object.keys(declared).length > 0 ? declared : undefined
}
