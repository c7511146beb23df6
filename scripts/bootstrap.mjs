// Installs the workspace when the lockfile, the manifests or the Node version changed; otherwise returns at once.
// Needs only Node and npm: pnpm comes through npx at the version that package.json pins.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}node_modules/.cache/switchboard-install`
const { packageManager, engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Switchboard needs Node ${engines.node}; this is ${process.version}.`)
  process.exit(1)
}

const fingerprint = createHash('sha256')
  .update(process.version)
  .update(readFileSync(`${root}pnpm-lock.yaml`))
  .update(readFileSync(`${root}pnpm-workspace.yaml`))
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint) {
  console.log('Installing dependencies …')
  // Named with --package, since an npx around us would hand its own package down through the environment.
  const pnpm = ['--yes', '--package', packageManager, '--', 'pnpm']
  const flags = ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only']
  const { status } = spawnSync('npx', [...pnpm, ...flags], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error('The installation failed: see above. It needs Node, npm and the npm registry.')
    process.exit(status ?? 1)
  }
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(stamp, fingerprint)
}
