/** Where a text is best broken, the best first. */
const breaks = ['\n\n', '\n', '. ', ' ']

/**
 * A text in pieces of at most `most` UTF-16 units, for channels that take no longer ones. It is broken between
 * paragraphs, lines, sentences or words, wherever the piece stays longer than half of what is allowed.
 */
export function splitText(text: string, most: number): readonly string[] {
  if (text.length <= most) return [text]
  const pieces: string[] = []
  let rest = text
  while (rest.length > most) {
    const end = endOfPiece(rest, most)
    pieces.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  return [...pieces, rest].filter(piece => piece !== '')
}

function endOfPiece(text: string, most: number): number {
  for (const separator of breaks) {
    const end = text.lastIndexOf(separator, most - separator.length) + separator.length
    if (end > most / 2 && end <= most) return end
  }
  // Not between the halves of a character.
  const splitsPair = /^[\ud800-\udbff]/.test(text.charAt(most - 1))
  return splitsPair ? Math.max(1, most - 1) : most
}
