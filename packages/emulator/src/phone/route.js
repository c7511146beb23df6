/** The chat that the address names: `#/alex-rivera` gives `alex-rivera`, anything else undefined. */
export function openChat() {
  const key = location.hash.match(/^#\/(.+)$/)?.[1]
  if (key === undefined) return undefined
  try {
    return decodeURIComponent(key)
  } catch {
    return undefined
  }
}

/** @param {string} key */
export const chatAddress = key => `#/${encodeURIComponent(key)}`

/** @param {() => void} listener */
export function onRoute(listener) {
  addEventListener('hashchange', listener)
}
