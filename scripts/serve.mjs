// `npm run serve`: builds the flagship example and starts it alone.
import { join } from 'node:path'
import { root, run, runService } from './run.mjs'

const { code } = await run('node', ['scripts/build.mjs', '--js'])
if (code !== 0) process.exit(code)
await runService(['dist/main.js', ...process.argv.slice(2)], join(root, 'examples', 'express'))
