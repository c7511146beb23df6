import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ensureBuilt } from '@switchboard/test-support/build'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))

interface Manifest {
  name: string
  exports: Record<string, { '@switchboard/source': string; types: string; default: string } | string>
  peerDependencies?: Record<string, string>
}

interface PublicModule {
  /** As a user writes it: `@switchboard/storage/postgres`. */
  specifier: string
  source: string
}

const packages = readdirSync(join(root, 'packages')).map(directory => {
  const folder = join(root, 'packages', directory)
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return { folder, manifest }
})

const modules: PublicModule[] = packages.flatMap(({ folder, manifest }) =>
  Object.entries(manifest.exports).flatMap(([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [
          {
            specifier: manifest.name + subpath.slice(1),
            source: join(folder, target['@switchboard/source']),
          },
        ],
  ),
)

test('the public names are the ones agreed on', async () => {
  const listing = listExports(modules)
  expect(listing).not.toContain('undefined')
  await expect(listing).toMatchFileSnapshot('exports.txt')
})

/** Every exported name by module; types are marked, since importing them costs nothing at run time. */
function listExports(listed: readonly PublicModule[]): string {
  const configuration = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(configuration.config, ts.sys, root)
  const program = ts.createProgram(
    listed.map(({ source }) => source),
    { ...options, noEmit: true, composite: false },
  )
  const checker = program.getTypeChecker()
  return listed
    .map(({ specifier, source }) => {
      const file = program.getSourceFile(source)
      const symbol = file && checker.getSymbolAtLocation(file)
      const names = symbol
        ? checker.getExportsOfModule(symbol).map(name => describeExport(checker, name))
        : []
      return [specifier, ...names.sort().map(name => `  ${name}`), ''].join('\n')
    })
    .join('\n')
}

function describeExport(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const isValue = (target.flags & ts.SymbolFlags.Value) !== 0
  return isValue ? symbol.name : `type ${symbol.name}`
}

describe('installed from tarballs into an empty project', () => {
  let project = ''

  beforeAll(async () => {
    await ensureBuilt({ types: true })
    project = await mkdtemp(join(tmpdir(), 'switchboard-install-'))
    await installTarballs(project)
  }, 120_000)
  afterAll(() => project && rm(project, { recursive: true }))

  test('every public module loads in plain Node, by import and by require', async () => {
    const script = `
      const { createRequire } = await import('node:module')
      const require = createRequire(import.meta.url)
      for (const specifier of ${JSON.stringify(modules.map(({ specifier }) => specifier))}) {
        const imported = Object.keys(await import(specifier)).sort()
        const required = Object.keys(require(specifier)).filter(name => name !== '__esModule').sort()
        if (String(imported) !== String(required)) throw new Error(specifier + ': import and require differ')
        console.log(specifier)
      }`
    await writeFile(join(project, 'load-all.mjs'), script)
    const { stdout } = await run('node', ['load-all.mjs'], { cwd: project })
    expect(stdout.trim().split('\n')).toEqual(modules.map(({ specifier }) => specifier))
  })

  test('what a package keeps to itself cannot be imported', async () => {
    const script = "await import('@switchboard/core/dist/index.js')"
    await expect(run('node', ['--input-type=module', '-e', script], { cwd: project })).rejects.toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    )
  })

  test('the tarballs hold every file that the manifests name, and no tests', async () => {
    for (const { manifest } of packages) {
      const installed = join(project, 'node_modules', manifest.name)
      const targets = Object.values(manifest.exports).flatMap(target =>
        typeof target === 'string' ? [target] : Object.values(target),
      )
      const missing = targets.filter(target => !existsSync(join(installed, target)))
      expect(missing, manifest.name).toEqual([])
      const files = await readdir(installed, { recursive: true })
      expect(files.filter(file => /\.test(-d)?\./.test(file))).toEqual([])
    }
  })

  test('the bundled command of the emulator runs', async () => {
    const command = join(project, 'node_modules', '.bin', 'switchboard-emulator')
    const { stdout } = await run(command, ['--help'], { cwd: project })
    expect(stdout).toContain('switchboard-emulator')
  })
})

async function installTarballs(project: string): Promise<void> {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const tarballs = await mkdtemp(join(tmpdir(), 'switchboard-tarballs-'))
  try {
    // pnpm, because it writes the real versions in place of `workspace:`.
    for (const { folder } of packages) {
      const pnpm = ['--yes', '--package', packageManager, '--', 'pnpm']
      await run('npx', [...pnpm, 'pack', '--pack-destination', tarballs], { cwd: folder })
    }
    await writeFile(
      join(project, 'package.json'),
      JSON.stringify({ name: 'an-empty-project', private: true }),
    )
    const files = (await readdir(tarballs)).map(file => join(tarballs, file))
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...files], { cwd: project })
  } finally {
    await rm(tarballs, { recursive: true })
  }
  await linkOptionalPeers(project)
}

/** The vendors' SDKs come from the workspace: large, and not what this test is about. */
async function linkOptionalPeers(project: string): Promise<void> {
  for (const { folder, manifest } of packages) {
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
      const link = join(project, 'node_modules', peer)
      await mkdir(dirname(link), { recursive: true })
      await symlink(join(folder, 'node_modules', peer), link)
    }
  }
}
