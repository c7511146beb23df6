import { formatInline } from './inline.js'

/** How many lines the table that begins here takes, and what to show instead. `undefined`: it is none. */
export function readTable(
  lines: readonly string[],
  from: number,
): { readonly text: readonly string[]; readonly end: number } | undefined {
  const head = lines[from] ?? ''
  const ruler = lines[from + 1] ?? ''
  if (!head.includes('|') || !/^[ \t]*[|:-]/.test(ruler) || !ruler.includes('-')) return undefined
  const names = cellsOf(head)
  const dashes = cellsOf(ruler)
  if (names.length !== dashes.length || !dashes.every(cell => /^:?-+:?$/.test(cell))) return undefined
  let end = from + 2
  while ((lines[end] ?? '').includes('|')) end += 1
  const headings = names.map(name => formatInline(name))
  const rows = lines.slice(from + 2, end).map(line => rowText(cellsOf(line), headings))
  return { text: rows.length > 0 ? rows : [headings.join(' · ')], end }
}

/** A phone is too narrow for columns: each row is a line that repeats what the columns are called. */
function rowText(cells: readonly string[], headings: readonly string[]): string {
  const words = cells.flatMap((cell, column) => {
    if (cell === '') return []
    const heading = headings[column] ?? ''
    return heading === '' ? [formatInline(cell)] : [`${heading}: ${formatInline(cell)}`]
  })
  return `- ${words.join(' · ')}`
}

/** The cells between the bars. A bar after a backslash is a word. */
function cellsOf(line: string): readonly string[] {
  const inner = line.trim().replace(/^\|/, '')
  const cells = inner.split(/(?<!\\)\|/)
  if (cells.length > 1 && cells.at(-1)?.trim() === '') cells.pop()
  return cells.map(cell => cell.trim().replaceAll('\\|', '|'))
}
