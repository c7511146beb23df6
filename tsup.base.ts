import type { Options } from 'tsup'

/** JavaScript of a published package: ESM, everything external. The types come from `tsc -b`, into the same folder. */
export const library: Options = {
  format: 'esm',
  target: 'node20',
  platform: 'node',
  dts: false,
  splitting: true,
  sourcemap: true,
  clean: false,
  silent: true,
}
