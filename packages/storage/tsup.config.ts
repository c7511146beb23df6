import { readdir, readFile } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'
import { library } from '../../tsup.base.js'

/** Puts the migrations into the build: whoever bundles a server does not have to ship files next to it. */
const embedMigrations: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'embed-migrations',
  setup(build) {
    build.onLoad({ filter: /[\\/]sql[\\/]migration-files\.ts$/ }, async () => {
      const directory = new URL('sql/', import.meta.url)
      const names = (await readdir(directory)).filter(name => name.endsWith('.sql')).sort()
      const files = await Promise.all(
        names.map(async name => ({ name, sql: await readFile(new URL(name, directory), 'utf8') })),
      )
      return { contents: `export const migrationFiles = ${JSON.stringify(files)}`, loader: 'ts' }
    })
  },
}

export default defineConfig({
  ...library,
  esbuildPlugins: [embedMigrations],
  entry: {
    'memory/index': 'src/memory/index.ts',
    'postgres/index': 'src/postgres/index.ts',
    'pglite/index': 'src/pglite/index.ts',
    'redis/index': 'src/redis/index.ts',
  },
})
