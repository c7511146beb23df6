// `npm run pack`: the published packages as tarballs in `tarballs/`, and the command that installs them elsewhere.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { publishedPackages, root, run } from './run.mjs'

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const destination = join(root, 'tarballs')
rmSync(destination, { recursive: true, force: true })
mkdirSync(destination)

// pnpm, since npm would leave `workspace:^` in the manifests.
const pack = ['--yes', '--package', packageManager, '--', 'pnpm', 'pack', '--pack-destination', destination]
// In turn: the first builds them all.
for (const { name, folder } of publishedPackages()) {
  const { code, output } = await run('npx', pack, { cwd: folder, capture: true })
  if (code === 0) continue
  console.error(`Packing ${name} failed:\n${output}`)
  process.exit(1)
}
const tarballs = readdirSync(destination).map(name => join(destination, name))
console.log(`In your own project:\n  npm i ${tarballs.join(' ')}`)
