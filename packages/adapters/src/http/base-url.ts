/** An absolute http(s) address, or `undefined`. */
export function parseBaseUrl(text: string): URL | undefined {
  const base = URL.canParse(text) ? new URL(text) : undefined
  return base?.protocol === 'https:' || base?.protocol === 'http:' ? base : undefined
}

/** Its path without slashes at the end. */
export function basePathOf(base: URL): string {
  let end = base.pathname.length
  while (base.pathname[end - 1] === '/') end -= 1
  return base.pathname.slice(0, end)
}
