// Everything that CI checks besides the tests; all checks run, so that one round shows all there is to mend.
import { run } from './run.mjs'

const checks = ['lint', 'types', 'knip', 'packages']
const failed = []
for (const check of checks) {
  const started = performance.now()
  const { code, output } = await run('npm', ['run', '--silent', check], { capture: true })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${check} (${seconds} s)`)
  if (code !== 0) {
    console.log(output)
    failed.push(check)
  }
}
if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}. Each runs alone with npm run NAME.`)
process.exit(failed.length > 0 ? 1 : 0)
