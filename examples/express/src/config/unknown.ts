const ours = /^(WHATSAPP|WHAPI|WAHA|MCP|LLM|BUFFER|HANDOFF|SEND|OPERATOR|REDIS|SWITCHBOARD)_/

/** A warning for each variable that looks like one of ours and is none. */
export function unknownVariables(present: readonly string[], known: readonly string[]): string[] {
  return present
    .filter(name => ours.test(name) && !known.includes(name))
    .map(name => {
      const [prefix = ''] = ours.exec(name) ?? []
      const alike = known.filter(one => one.startsWith(prefix)).join(', ')
      return `${name}: is set and does nothing, since there is no such variable; there is ${alike}`
    })
}
