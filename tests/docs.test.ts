import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What the examples take from their surroundings. */
const surroundings: Readonly<Record<string, string>> = {
  'README.md': `
    import type { Express } from 'express'
    declare const app: Express
    declare const phoneNumberId: string, accessToken: string, appSecret: string, verifyToken: string`,
  'packages/core/README.md': `
    import type { Channel, LanguageModel, Store } from '@switchboard/core'
    import type { StoreHarness } from '@switchboard/core/contracts'
    import { it } from 'vitest'
    declare const channel: Channel, store: Store, model: LanguageModel
    declare function makeStore(): Promise<StoreHarness>`,
  'packages/adapters/README.md': `
    import type { McpClient } from '@switchboard/adapters/mcp'
    import type { Store } from '@switchboard/core'
    declare const store: Store, client: McpClient
    declare const phoneNumberId: string, accessToken: string, appSecret: string, verifyToken: string
    declare const token: string, webhookSecret: string, apiKey: string, hmacKey: string, key: string
    declare const endpoint: string, apiVersion: string`,
  'packages/storage/README.md': '',
  'packages/emulator/README.md': `
    import assert from 'node:assert'
    declare function startYourServer(options: object): Promise<{ url: string }>`,
  'docs/channels.md': `
    import type { ChannelEvent, WebhookRequest } from '@switchboard/core'
    import type { ChannelHarness } from '@switchboard/core/contracts'
    import { it } from 'vitest'
    interface PigeonOptions { readonly loft: string; readonly secret: string }
    declare function isAuthentic(request: WebhookRequest, secret: string): boolean
    declare function readEvents(body: Uint8Array): readonly ChannelEvent[]
    declare function release(to: string, text: string, signal?: AbortSignal): Promise<string>
    declare function makeHarness(): Promise<ChannelHarness>`,
  'docs/sending.md': `
    import type { BotOptions } from '@switchboard/core'
    declare const options: BotOptions`,
}

const wrong = "import { createBot } from '@switchboard/core'\ncreateBot({ channels: 7 })"
const problems = checkAll({
  ...Object.fromEntries(
    Object.entries(surroundings).flatMap(([file, given]) =>
      examplesOf(file).map((example, index) => [nameOf(file, index), `${given}\n${example}`]),
    ),
  ),
  wrong,
})

describe('the examples type-check as printed:', () => {
  it.each(Object.keys(surroundings))('%s', file => {
    for (const [index] of examplesOf(file).entries()) {
      const name = nameOf(file, index)
      expect(problems(name), name).toEqual([])
    }
  })

  it('nothing would pass if it were wrong', () => {
    expect(problems('wrong')).not.toEqual([])
  })
})

function examplesOf(file: string): readonly string[] {
  const blocks = readFileSync(join(root, file), 'utf8').matchAll(/```ts\n(.*?)```/gs)
  const examples = [...blocks].map(([, example = '']) => example)
  if (examples.length === 0) throw new Error(`${file} has no example`)
  return examples
}

function nameOf(file: string, index: number): string {
  return `example ${index + 1} of ${file}`
}

/** What TypeScript says about modules that lie in this folder, against the sources of the packages. */
function checkAll(examples: Readonly<Record<string, string>>): (name: string) => readonly string[] {
  const folder = dirname(fileURLToPath(import.meta.url))
  const pathOf = (name: string) => join(folder, `example-of-${name.replaceAll(/\W/g, '-')}.ts`)
  const sources = new Map(Object.entries(examples).map(([name, source]) => [pathOf(name), source]))
  const config = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile).config
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(config, ts.sys, folder).options,
    noEmit: true,
    composite: false,
    incremental: false,
    // Examples show values without using them, and know how many there are.
    noUnusedLocals: false,
    noUncheckedIndexedAccess: false,
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile } = host
  host.fileExists = path => sources.has(path) || fileExists.call(host, path)
  host.readFile = path => sources.get(path) ?? readFile.call(host, path)
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const source = sources.get(path)
    return source === undefined
      ? getSourceFile.call(host, path, languageVersion, ...rest)
      : ts.createSourceFile(path, source, languageVersion)
  }
  const program = ts.createProgram([...sources.keys()], options, host)
  return name =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(pathOf(name)))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}
