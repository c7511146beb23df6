// `npm run bench`: measures the built packages; arguments go to the benchmark.
import { run } from './run.mjs'

const build = await run('node', ['scripts/build.mjs', '--js'])
if (build.code !== 0) process.exit(build.code)
const { code } = await run('node', ['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)])
process.exit(code)
