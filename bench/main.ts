// `npm run bench [-- name …] [--quick] [--rounds n] [--json]`: see README.md.
import { parseArgs } from 'node:util'
import { startGenerator } from './load/generator.js'
import { openDatabases } from './measure/databases.js'
import { describeMachine, loadAverage } from './measure/machine.js'
import { printReport, type Report } from './measure/report.js'
import { http } from './sections/http.js'
import { ingest } from './sections/ingest.js'
import { length } from './sections/length.js'
import { memory } from './sections/memory.js'
import type { Section } from './sections/section.js'
import { turns } from './sections/turns.js'

const sections: Readonly<Record<string, Section>> = { http, ingest, turns, length, memory }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
})
const unknown = positionals.filter(name => !sections[name])
if (unknown.length > 0) {
  console.error(
    `There is no benchmark named ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}.`,
  )
  process.exit(2)
}

const print = (line: string) => (values.json ? console.error(line) : console.log(line))
const reports: Record<string, Report & { load: string }> = {}
{
  using generator = await startGenerator()
  await using databases = openDatabases()
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7))
  const size = values.quick ? 0.3 : 1
  for (const [name, section] of Object.entries(sections)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const report = await section({ generator, databases, rounds, size })
    reports[name] = { ...report, load: loadAverage() }
    printReport(report, print)
  }
}
if (values.json) console.log(JSON.stringify({ ...describeMachine(), reports }, null, 2))
