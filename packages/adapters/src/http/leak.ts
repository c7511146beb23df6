const longestRun = 10
const shortestSecret = 4

/**
 * Whether `text` repeats a part of `secret`: ten characters in a row, or all of a shorter one. Below four characters
 * nothing is a secret.
 */
export function sharesRun(text: string, secret: string): boolean {
  if (secret.length < shortestSecret) return false
  const run = Math.min(longestRun, secret.length)
  const haystack = secret.toLowerCase()
  const needle = text.toLowerCase()
  for (let start = 0; start + run <= needle.length; start++) {
    if (haystack.includes(needle.slice(start, start + run))) return true
  }
  return false
}
