// What the scripts share: the workspace's folders and running its programs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, constants } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * The packages in a folder of the workspace; what else lies there, such as leftovers of another branch, is none.
 *
 * @param {string} parent
 */
export function packageFolders(parent) {
  return readdirSync(join(root, parent))
    .map(name => join(root, parent, name))
    .filter(folder => existsSync(join(folder, 'package.json')))
}

/** The published packages: `{ name, folder, manifest }`. */
export function publishedPackages() {
  return packageFolders('packages').map(folder => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return { name: manifest.name, folder, manifest }
  })
}

/**
 * Runs a program of the workspace with our terminal, or with its output captured.
 *
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {{ cwd?: string, capture?: boolean, env?: Record<string, string> }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, parameters, { cwd = root, capture = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`
    const child = spawn(command, parameters, {
      cwd,
      env: { ...process.env, PATH: path, ...env },
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: process.platform === 'win32',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', chunk => {
        output += chunk
      })
    }
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), output }))
  })
}

/**
 * Runs a Node program that ends when we are told to end, and ends as it does.
 *
 * @param {readonly string[]} parameters
 * @param {string} cwd
 */
export async function runService(parameters, cwd) {
  const env = { ...process.env }
  // A path means what it means where the command was typed, not where the program runs.
  const { INIT_CWD, SWITCHBOARD_DATA_DIR: directory } = env
  if (INIT_CWD && directory) env.SWITCHBOARD_DATA_DIR = resolve(INIT_CWD, directory)
  const child = spawn(process.execPath, parameters, { cwd, env, stdio: 'inherit' })
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  // npm and its shell die of a signal without passing it on.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
  const [code, signal] = await once(child, 'exit')
  process.exit(code ?? 128 + constants.signals[signal])
}

/**
 * Maps with at most one task a processor at a time.
 *
 * @template Item, Result
 * @param {readonly Item[]} items
 * @param {(item: Item) => Promise<Result>} task
 * @returns {Promise<Result[]>}
 */
export async function inParallel(items, task) {
  const results = []
  const queue = items.entries()
  const work = async () => {
    for (const [index, item] of queue) results[index] = await task(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return results
}
