import type { Goal, Row } from '../measure/report.js'
import { runProgram } from '../measure/run-program.js'
import type { Section } from './section.js'

interface Growth {
  /** In bytes: reachable objects, and what the system has given to the process. */
  readonly retained: number
  readonly resident: number
}

/** What conversations with nothing to do cost the process, and those that wait for the end of a burst. */
export const memory: Section = async ({ databases, size }) => {
  const count = Math.round(100_000 * size)
  const stores: Record<string, () => Promise<Record<string, string>>> = {
    PostgreSQL: async () => ({ STORE: 'pg', DATABASE_URL: await databases.postgres() }),
    PGlite: async () => ({ STORE: 'pglite', PGLITE_DIR: await databases.pglite() }),
    'memory, which holds the messages themselves': async () => ({ STORE: 'memory' }),
  }
  const rows: Row[] = []
  const goals: Goal[] = []
  for (const [name, environment] of Object.entries(stores)) {
    for (const kind of ['idle', 'buffering']) {
      const settings = { ...(await environment()), KIND: kind, COUNT: String(count) }
      const growth = await runProgram<Growth>('programs/conversations.ts', settings, ['--expose-gc'])
      const megabytes = (bytes: number) => (bytes / 2 ** 20) * (100_000 / count)
      const values = { 'MB retained': megabytes(growth.retained), 'MB resident': megabytes(growth.resident) }
      rows.push({ name: `${kind}, ${name}`, values })
      if (name === 'PostgreSQL') {
        const value = values['MB retained']
        goals.push({ name: `100,000 ${kind} conversations`, value, limit: 50, better: 'less', unit: ' MB' })
      }
    }
  }
  return { tables: [{ title: 'Memory of the process for 100,000 conversations', rows }], goals }
}
