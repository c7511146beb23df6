// `npm start`: builds the flagship example and plays its scene; arguments go to the scene (`npm start -- --exit`).
import { join } from 'node:path'
import { root, run, runService } from './run.mjs'

const { code } = await run('node', ['scripts/build.mjs', '--js'])
if (code !== 0) process.exit(code)
await runService(['dist/scene.js', ...process.argv.slice(2)], join(root, 'examples', 'express'))
