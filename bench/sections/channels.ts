import type { Goal, Row } from '../measure/report.js'
import { runProgram } from '../measure/run-program.js'
import { median } from '../measure/statistics.js'
import type { Section } from './section.js'

type Parsing = Record<string, { readonly ours: number[]; readonly bare: number[] }>

interface History {
  readonly ms: number
  readonly messages: number
  readonly bytes: number
  readonly peak: number
}

/** What webhooks cost each channel, and the largest one that there is. */
export const channels: Section = async ({ databases, rounds }) => {
  const parsing = await runProgram<Parsing>('programs/parsing.ts', { ROUNDS: String(rounds) })
  const rows: Row[] = []
  const goals: Goal[] = []
  for (const [name, { ours, bare }] of Object.entries(parsing)) {
    const micros = median(ours)
    const values = { 'µs each': micros, 'of HMAC + JSON.parse': micros / median(bare) }
    rows.push({ name, values })
    goals.push({ name: `a webhook of 1 kB, ${name}`, value: micros, limit: 60, better: 'less', unit: ' µs' })
  }
  const stores: Record<string, Record<string, string>> = {
    PostgreSQL: { STORE: 'pg', DATABASE_URL: await databases.postgres() },
    PGlite: { STORE: 'pglite', PGLITE_DIR: await databases.pglite() },
  }
  const histories: Row[] = []
  for (const [name, environment] of Object.entries(stores)) {
    const { ms, messages, peak } = await runProgram<History>('programs/history.ts', environment, [
      '--expose-gc',
    ])
    const megabytes = peak / 2 ** 20
    histories.push({ name, values: { messages, ms, 'MB above idle': megabytes } })
    if (name !== 'PostgreSQL') continue
    goals.push(
      { name: 'a history of 3 MB', value: ms, limit: 2_000, better: 'less', unit: ' ms' },
      { name: 'memory for it', value: megabytes, limit: 150, better: 'less', unit: ' MB' },
    )
  }
  return {
    tables: [
      { title: 'Webhooks of 1 kB checked and translated', rows },
      { title: 'A history webhook of 3 MB, stored', rows: histories },
    ],
    goals,
  }
}
