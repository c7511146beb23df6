import { type ChatCompletionsOptions, configurationError } from './options.js'

/** What a vendor's SDK reads from the environment, and which hosts are the vendor's own. */
export interface Vendor {
  /** Name of the factory and of the provider. */
  readonly name: string
  readonly keyVariable: string
  readonly urlVariable: string
  readonly defaultBaseURL: string
  /** Hosts that answer nobody without a key. */
  readonly ownHosts: RegExp
}

export interface Connection {
  readonly baseURL: string
  readonly apiKey: string
  /** `null` removes a header that the SDK would send. */
  readonly headers: Readonly<Record<string, null>>
}

/**
 * Settles address and key. Without a key, the vendor's own hosts are refused and every other server is called without
 * an `Authorization` header, since servers such as Ollama need none.
 *
 * @throws {SwitchboardError} `configuration`, naming the option and the variable
 */
export function resolveConnection(
  vendor: Vendor,
  options: Pick<ChatCompletionsOptions, 'apiKey' | 'baseURL'>,
): Connection {
  const baseURL = given(options.baseURL) ?? environment(vendor.urlVariable) ?? vendor.defaultBaseURL
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw configurationError(
      vendor.name,
      `needs an http(s) address without user and password as \`baseURL\` (${vendor.urlVariable})`,
    )
  }
  const apiKey = given(options.apiKey) ?? environment(vendor.keyVariable)
  if (apiKey === undefined) {
    if (vendor.ownHosts.test(url.hostname)) {
      throw configurationError(
        vendor.name,
        `has no API key: pass \`apiKey\` or set ${vendor.keyVariable}; for a server that needs none pass its \`baseURL\``,
      )
    }
    return { baseURL, apiKey: 'none', headers: { Authorization: null } }
  }
  // fetch would refuse the header with an error that quotes the whole key.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw configurationError(
      vendor.name,
      `got an \`apiKey\` (${vendor.keyVariable}) with a space, line break or other character that no key has`,
    )
  }
  return { baseURL, apiKey, headers: {} }
}

function environment(name: string): string | undefined {
  return given(globalThis.process?.env?.[name])
}

/** Keys read from files end with a line break; variables that are set to nothing count as unset. */
function given(value: string | undefined): string | undefined {
  const trimmed = value?.trim()
  return trimmed === '' ? undefined : trimmed
}
