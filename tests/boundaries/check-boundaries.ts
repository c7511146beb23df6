import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { readImports } from './read-imports.js'

/** Where a package lies and what its shipped code may import. Test files may import `testOnly` too. */
export interface PackageRule {
  readonly folder: string
  readonly mayImport: readonly string[]
  readonly testOnly?: readonly string[]
  /** The layers of `src`, lowest first: a folder or file imports only from its own entry or from lower layers. */
  readonly layers?: readonly (readonly string[])[]
  /** Folders whose rooms (a file or a subfolder each) never import each other. */
  readonly isolatedRooms?: readonly string[]
  /** Folders of `src` that may use Node's modules; absent: all. */
  readonly nodeOnlyIn?: readonly string[]
  /** The only packages from npm that shipped code may import; absent: whatever the manifest declares. */
  readonly vendors?: readonly string[]
}

const workspaceScope = '@switchboard/'

/** Every import that breaks a rule, as `path:line reason`; empty when all hold. */
export function checkBoundaries(root: string, rules: readonly PackageRule[]): string[] {
  const exported = new Map(rules.map(({ folder }) => readExports(join(root, folder))))
  return rules.flatMap(rule => {
    const source = join(root, rule.folder, 'src')
    return sourceFiles(source).flatMap(file => {
      const name = relative(source, file).split(sep).join('/')
      const unassigned = isTest(name) ? undefined : layerProblem(rule, name)
      const problems = readImports(file).flatMap(({ specifier, line }) => {
        const problem = checkImport({ rule, source, file, name, specifier, exported })
        return problem ? [`${rule.folder}/src/${name}:${line} ${problem}`] : []
      })
      return unassigned ? [`${rule.folder}/src/${name}:1 ${unassigned}`, ...problems] : problems
    })
  })
}

interface ImportToCheck {
  rule: PackageRule
  source: string
  file: string
  name: string
  specifier: string | undefined
  exported: ReadonlyMap<string, readonly string[]>
}

function checkImport({ rule, source, file, name, specifier, exported }: ImportToCheck): string | undefined {
  if (specifier === undefined) return 'imports a computed name: write the name out'
  if (specifier.startsWith('.')) {
    const target = relative(source, resolve(dirname(file), specifier))
      .split(sep)
      .join('/')
    if (target.startsWith('..')) return `leaves its package: ${specifier}`
    return isTest(name) ? undefined : checkLayers(rule, name, target)
  }
  if (specifier.startsWith('/')) return `imports an absolute path: ${specifier}`
  if (isBuiltin(specifier)) {
    const free = isTest(name) || !rule.nodeOnlyIn || rule.nodeOnlyIn.includes(entryOf(name))
    return free ? undefined : `uses Node outside ${rule.nodeOnlyIn.join(', ')}: ${specifier}`
  }
  if (specifier.startsWith(workspaceScope)) return checkWorkspaceImport(rule, name, specifier, exported)
  const vendor = packageOf(specifier)
  const free = isTest(name) || !rule.vendors || rule.vendors.includes(vendor)
  return free ? undefined : `imports a vendor: ${specifier}`
}

function checkWorkspaceImport(
  rule: PackageRule,
  name: string,
  specifier: string,
  exported: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  const target = packageOf(specifier)
  const allowed = isTest(name) ? [...rule.mayImport, ...(rule.testOnly ?? [])] : rule.mayImport
  if (!allowed.includes(target)) return `may not import ${target}`
  const subpath = `.${specifier.slice(target.length)}`
  const subpaths = exported.get(target)
  return subpaths && !subpaths.includes(subpath)
    ? `imports an internal of ${target}: ${specifier}`
    : undefined
}

function checkLayers(rule: PackageRule, name: string, target: string): string | undefined {
  const [from, to] = [entryOf(name), entryOf(target)]
  if (from === to) {
    const apart = rule.isolatedRooms?.includes(from) && roomOf(name) !== roomOf(target)
    return apart ? `${roomOf(name)} imports ${roomOf(target)}, but these never import each other` : undefined
  }
  if (!rule.layers) return undefined
  const [fromLayer, toLayer] = [layerOf(rule.layers, from), layerOf(rule.layers, to)]
  return toLayer < fromLayer ? undefined : `${from} imports ${to}, which is not below it`
}

function layerProblem(rule: PackageRule, name: string): string | undefined {
  if (!rule.layers || layerOf(rule.layers, entryOf(name)) >= 0) return undefined
  return `${entryOf(name)} has no layer: give it one in tests/boundaries.test.ts`
}

function layerOf(layers: readonly (readonly string[])[], entry: string): number {
  return layers.findIndex(layer => layer.includes(entry))
}

/** The first step below `src`, without an extension: `stages/inbox.ts` → `stages`, `bot.js` → `bot`. */
function entryOf(name: string): string {
  return withoutExtension(name.split('/')[0] ?? name)
}

/** The second step: `stages/inbox.ts` and `stages/inbox/write.ts` → `inbox`. */
function roomOf(name: string): string {
  return withoutExtension(name.split('/')[1] ?? name)
}

function withoutExtension(name: string): string {
  return name.replace(/\.[jt]s$/, '')
}

function isTest(name: string): boolean {
  return /\.(test|test-d|test\.support)\.ts$/.test(name)
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function sourceFiles(source: string): string[] {
  const names = readdirSync(source, { recursive: true, encoding: 'utf8' })
  return names.filter(name => name.endsWith('.ts')).map(name => join(source, name))
}

function readExports(folder: string): [string, string[]] {
  const manifest: { name: string; exports?: Record<string, unknown> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  return [manifest.name, Object.keys(manifest.exports ?? {})]
}
