// Checks every published package as its users will get it: publint for the manifest, attw for the types.
import { publishedPackages, run } from './run.mjs'

const build = await run('node', ['scripts/build.mjs'])
if (build.code !== 0) process.exit(build.code)

// In turn: both tools pack into the package's own folder.
const tools = [
  { program: 'publint', parameters: ['--pack', 'npm', '--strict'] },
  { program: 'attw', parameters: ['--pack', '.', '--profile', 'esm-only', '--quiet'] },
]
let failed = false
for (const { name, folder } of publishedPackages()) {
  for (const { program, parameters } of tools) {
    const { code, output } = await run(program, parameters, { cwd: folder, capture: true })
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} ${program}`)
    if (code !== 0) console.log(output)
    failed ||= code !== 0
  }
}
process.exit(failed ? 1 : 0)
