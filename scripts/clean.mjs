// Removes everything that a build made.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { publishedPackages, root } from './run.mjs'

for (const { folder } of publishedPackages()) remove(folder, 'dist')
remove(root, 'examples', 'express', 'dist')
remove(root, 'node_modules', '.cache', 'switchboard-build')
remove(root, 'node_modules', '.cache', 'tsc')

function remove(...path) {
  rmSync(join(...path), { recursive: true, force: true })
}
