import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { checkBoundaries, type PackageRule } from './boundaries/check-boundaries.js'

const core = '@switchboard/core'
const testOnly = ['@switchboard/test-support']

/** Who may import whom: core ← adapters, storage ← examples; the emulator stands alone. */
const rules: readonly PackageRule[] = [
  {
    folder: 'packages/core',
    mayImport: [],
    testOnly,
    vendors: ['eventemitter3', 'libphonenumber-js', 'p-retry'],
    nodeOnlyIn: ['node'],
    layers: [
      ['errors'],
      ['vocabulary'],
      ['ports'],
      ['rules'],
      ['runtime'],
      ['stages', 'queue', 'respond', 'middleware'],
      ['bot'],
      ['node', 'testing'],
      ['contracts', 'index'],
    ],
    isolatedRooms: ['stages'],
  },
  { folder: 'packages/adapters', mayImport: [core], testOnly },
  { folder: 'packages/storage', mayImport: [core], testOnly },
  { folder: 'packages/emulator', mayImport: [], testOnly },
  {
    folder: 'examples/express',
    mayImport: [core, '@switchboard/adapters', '@switchboard/storage', '@switchboard/emulator'],
    testOnly,
  },
  {
    folder: 'examples/telegram',
    mayImport: [core, '@switchboard/adapters', '@switchboard/storage'],
    testOnly,
  },
]

test('every import of the workspace goes the right way', () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  expect(checkBoundaries(root, rules)).toEqual([])
})

describe('the check itself', () => {
  const folders: string[] = []
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
  })

  /** A workspace with the same rules, holding only the given files. */
  async function check(files: Record<string, string>): Promise<string[]> {
    const root = await mkdtemp(join(tmpdir(), 'switchboard-boundaries-'))
    folders.push(root)
    const manifests = rules.map(({ folder }) => {
      const name = `@switchboard/${folder.split('/').at(-1)}`
      return [`${folder}/package.json`, JSON.stringify({ name, exports: { '.': {}, './node': {} } })] as const
    })
    for (const { folder } of rules) await mkdir(join(root, folder, 'src'), { recursive: true })
    for (const [path, text] of [...manifests, ...Object.entries(files)]) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    }
    return checkBoundaries(root, rules)
  }

  test('accepts imports that go the right way', async () => {
    const problems = await check({
      'packages/core/src/bot.ts': "import { inbox } from './stages/inbox.js'\nimport pRetry from 'p-retry'",
      'packages/core/src/stages/inbox.ts':
        "import type { Store } from '../ports/store.js'\nimport './inbox/write.js'",
      'packages/core/src/stages/inbox.test.ts':
        "import 'node:fs'\nimport './turn.js'\nimport '@switchboard/test-support/postgres'",
      'packages/core/src/node/index.ts':
        "import { Readable } from 'node:stream'\nimport { createBot } from '../bot.js'",
      'packages/adapters/src/models/openai/index.ts':
        "import { model } from '@switchboard/core'\nimport OpenAI from 'openai'",
      'examples/express/src/main.ts': "import { toNodeHandler } from '@switchboard/core/node'",
    })
    expect(problems).toEqual([])
  })

  const wrong: [path: string, text: string, reason: string][] = [
    ['packages/core/src/bot.ts', "import '@switchboard/storage'", 'may not import @switchboard/storage'],
    ['packages/core/src/bot.ts', "import { Pool } from 'pg'", 'imports a vendor: pg'],
    [
      'packages/core/src/rules/quote.ts',
      "import { hash } from 'node:crypto'",
      'uses Node outside node: node:crypto',
    ],
    ['packages/core/src/rules/quote.ts', "import { hash } from 'crypto'", 'uses Node outside node: crypto'],
    [
      'packages/core/src/ports/store.ts',
      "export { a } from '../rules/a.js'",
      'ports imports rules, which is not below it',
    ],
    [
      'packages/core/src/vocabulary/a.ts',
      "type A = import('../ports/a.js').A",
      'vocabulary imports ports, which is not below it',
    ],
    [
      'packages/core/src/rules/a.ts',
      "const a = await import('../bot.js')",
      'rules imports bot, which is not below it',
    ],
    [
      'packages/core/src/stages/inbox.ts',
      "import './outbox.js'",
      'inbox imports outbox, but these never import each other',
    ],
    [
      'packages/core/src/stages/inbox.ts',
      "import '../queue/local.js'",
      'stages imports queue, which is not below it',
    ],
    [
      'packages/core/src/helpers/a.ts',
      'export {}',
      'helpers has no layer: give it one in tests/boundaries.test.ts',
    ],
    [
      'packages/core/src/bot.ts',
      "import '../../storage/src/index.js'",
      'leaves its package: ../../storage/src/index.js',
    ],
    ['packages/storage/src/a.ts', "import '@switchboard/adapters'", 'may not import @switchboard/adapters'],
    [
      'packages/storage/src/a.ts',
      "import '@switchboard/test-support/postgres'",
      'may not import @switchboard/test-support',
    ],
    [
      'packages/storage/src/a.ts',
      "import '@switchboard/core/src/bot.js'",
      'imports an internal of @switchboard/core: @switchboard/core/src/bot.js',
    ],
    [
      'packages/emulator/src/index.ts',
      "import type { A } from '@switchboard/core'",
      'may not import @switchboard/core',
    ],
    [
      'packages/emulator/src/index.ts',
      'const a = await import(name)',
      'imports a computed name: write the name out',
    ],
    [
      'packages/emulator/src/index.test.ts',
      "import '@switchboard/storage'",
      'may not import @switchboard/storage',
    ],
  ]

  test.each(wrong)('reports %s: %s', async (path, text, reason) => {
    expect(await check({ [path]: `\n${text}\n` })).toEqual([expect.stringContaining(reason)])
  })

  test('names the file and the line', async () => {
    const problems = await check({ 'packages/core/src/ports/store.ts': "\n\nimport '../bot.js'\n" })
    expect(problems).toEqual(['packages/core/src/ports/store.ts:3 ports imports bot, which is not below it'])
  })
})
