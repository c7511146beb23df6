import { cp, rm } from 'node:fs/promises'
import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.js'

export default defineConfig({
  ...library,
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli.ts',
  },
  // The phone page is served as it is, from the same place beside the code as in the source.
  async onSuccess() {
    await rm('dist/phone', { recursive: true, force: true })
    await cp('src/phone', 'dist/phone', {
      recursive: true,
      filter: name => !/\.test\.ts$/.test(name),
    })
  },
})
