// Installs the workspace when the lockfile, the manifests or the Node version changed; otherwise returns at once.
// Needs only Node and npm: pnpm comes through npx at the version that package.json pins.
import { execFileSync } from 'node:child_process'
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
  execFileSync(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'],
    {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    },
  )
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(stamp, fingerprint)
}
