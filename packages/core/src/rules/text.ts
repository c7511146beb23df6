/**
 * A text that every database takes: PostgreSQL refuses NUL and lone surrogates, and one of them would fail a whole
 * batch. They become U+FFFD; the provider's own object keeps them.
 */
export function cleanText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed()
  return wellFormed.includes('\u0000') ? wellFormed.replaceAll('\u0000', '\ufffd') : wellFormed
}
