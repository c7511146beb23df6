// Runs every test, or those that the arguments name, and closes with the line `N passed, N failed`.
import { parseCLI, startVitest } from 'vitest/node'
import { countResults } from './results.mjs'

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)])
const vitest = await startVitest('test', filter, { ...options, watch: false })
const results = countResults(vitest.state.getTestModules(), vitest.state.getUnhandledErrors())
await vitest.close()

const failed = results.failed > 0 || Boolean(process.exitCode)
const skipped = results.skipped > 0 ? `, ${results.skipped} skipped` : ''
console.log(`${results.passed} passed, ${results.failed} failed${skipped}`)
process.exit(failed ? 1 : 0)
