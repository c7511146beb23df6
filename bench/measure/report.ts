/** One line of a table: a name and its numbers, `undefined` where there is none. */
export interface Row {
  readonly name: string
  readonly values: Readonly<Record<string, number | undefined>>
}

export interface Table {
  readonly title: string
  readonly rows: readonly Row[]
}

/** A figure that has to hold. */
export interface Goal {
  readonly name: string
  readonly value: number
  readonly limit: number
  readonly better: 'more' | 'less'
  readonly unit: string
}

export interface Report {
  readonly tables: readonly Table[]
  readonly goals: readonly Goal[]
}

function holds({ value, limit, better }: Goal): boolean {
  return better === 'more' ? value >= limit : value <= limit
}

export function printReport({ tables, goals }: Report, print: (line: string) => void): void {
  for (const table of tables) {
    print(`\n${table.title}`)
    for (const line of alignTable(table)) print(`  ${line}`)
  }
  for (const goal of goals) {
    const { name, value, limit, better, unit } = goal
    const verdict = holds(goal) ? 'holds      ' : 'falls short'
    print(
      `  ${verdict}  ${name}: ${show(value)}${unit}, at ${better === 'more' ? 'least' : 'most'} ${limit}${unit}`,
    )
  }
}

function alignTable({ rows }: Table): string[] {
  const keys = [...new Set(rows.flatMap(row => Object.keys(row.values)))]
  const cells = [['', ...keys], ...rows.map(row => [row.name, ...keys.map(key => show(row.values[key]))])]
  const widths = ['', ...keys].map((_, column) => Math.max(...cells.map(line => line[column]?.length ?? 0)))
  return cells.map(line =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
}

/** Three digits that count, and no more. */
function show(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}
