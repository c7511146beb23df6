// `npm run bench [-- name …] [--quick] [--rounds n] [--json]`: see README.md.
import { parseArgs } from 'node:util'
import { startGenerator } from './load/generator.js'
import { openDatabases } from './measure/databases.js'
import { describeMachine, loadAverage } from './measure/machine.js'
import { printReport, type Report } from './measure/report.js'
import { channels } from './sections/channels.js'
import { http } from './sections/http.js'
import { ingest } from './sections/ingest.js'
import { length } from './sections/length.js'
import { memory } from './sections/memory.js'
import type { Section } from './sections/section.js'
import { turns } from './sections/turns.js'

const sections: Readonly<Record<string, Section>> = { http, channels, ingest, turns, length, memory }

const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
})
const unknown = wanted.filter(name => !sections[name])
const rounds = Number(flags.rounds ?? (flags.quick ? 3 : 7))
if (unknown.length > 0 || !(rounds >= 1)) {
  const names = Object.keys(sections).join(', ')
  console.error(`Usage: npm run bench [-- name …] [--quick] [--rounds n] [--json]; the names are ${names}.`)
  process.exit(2)
}

// With --json the table goes where progress goes.
const print = (line: string) => (flags.json ? console.error(line) : console.log(line))

interface SectionReport extends Report {
  /** Of the machine, after the section: above its number of processors others were waiting too. */
  readonly load: string
}

async function runSections(): Promise<{ postgres: string; reports: Record<string, SectionReport> }> {
  using generator = await startGenerator()
  await using databases = openDatabases()
  const postgres = await databases.describe()
  print(`PostgreSQL ${postgres}`)
  const reports: Record<string, SectionReport> = {}
  for (const [name, section] of Object.entries(sections)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const report = await section({ generator, databases, rounds, size: flags.quick ? 0.3 : 1 })
    reports[name] = { ...report, load: loadAverage() }
    printReport(report, print)
    print(`  load average ${loadAverage()}`)
  }
  return { postgres, reports }
}

const machine = describeMachine()
for (const [name, value] of Object.entries(machine)) print(`${name} ${value}`)
const { postgres, reports } = await runSections()
if (flags.json) console.log(JSON.stringify({ ...machine, postgres, rounds, reports }, null, 2))
