// Builds what changed since the last build: JavaScript with tsup, one package at a time per processor, and types with
// `tsc -b`. `--js` leaves the types out: running needs none.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { withLock } from './lock.mjs'
import { inParallel, packageFolders, root, run } from './run.mjs'

const cache = join(root, 'node_modules', '.cache', 'switchboard-build')
const builtFolders = ['packages', 'examples'].flatMap(packageFolders)

mkdirSync(cache, { recursive: true })
// Tests that need a build may ask for one at the same time.
await withLock(join(cache, 'lock'), async () => {
  await inParallel(builtFolders, buildJavaScript)
  if (!process.argv.includes('--js')) await buildTypes()
})

async function buildJavaScript(folder) {
  const stamp = join(cache, `${basename(folder)}.sha256`)
  const fingerprint = fingerprintOf(folder)
  const upToDate =
    existsSync(join(folder, 'dist')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint
  if (upToDate) return
  const { code, output } = await run('tsup', [], { cwd: folder, capture: true })
  if (code !== 0) fail(`Building ${relative(root, folder)} failed:\n${output}`)
  writeFileSync(stamp, fingerprint)
}

async function buildTypes() {
  const packages = builtFolders.filter(folder => folder.startsWith(join(root, 'packages')))
  const { code, output } = await run('tsc', ['-b', ...packages], { capture: true })
  if (code !== 0) fail(output)
}

function fingerprintOf(folder) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'tsup.base.ts')))
  for (const file of filesOf(folder).sort()) {
    hash.update(file).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

function filesOf(folder) {
  return readdirSync(folder)
    .filter(name => name !== 'dist' && name !== 'node_modules' && !name.startsWith('.'))
    .map(name => join(folder, name))
    .flatMap(path => (statSync(path).isDirectory() ? filesOf(path) : [path]))
}

function fail(message) {
  console.error(message)
  process.exitCode = 1
}
