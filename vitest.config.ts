import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// This condition makes every workspace package resolve to its TypeScript: tests need no build.
const conditions = ['@switchboard/source']
const resolve = { conditions }
const ssr = { resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] } }

const shared = {
  exclude: ['**/node_modules/**', '**/dist/**'],
  // Loading the modules anew for each file took longer than most files do: those of one worker share them.
  isolate: false,
  // Longer than any needs, on a machine that has much else to do.
  testTimeout: 60_000,
  hookTimeout: 60_000,
}

export default defineConfig({
  test: {
    globalSetup: './tests/support/global-setup.ts',
    // On two processors Vitest would run one file at a time, and many of ours wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve,
        ssr,
        test: {
          ...shared,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...shared,
          name: 'integration',
          include: ['tests/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'bench/**/*.test.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          ...shared,
          name: 'types',
          typecheck: {
            enabled: true,
            only: true,
            tsconfig: './tsconfig.type-tests.json',
            include: ['packages/*/src/**/*.test-d.ts', 'tests/**/*.test-d.ts'],
          },
        },
      },
    ],
    coverage: { include: ['packages/*/src/**/*.ts'], exclude: ['**/*.test.ts', '**/*.test-d.ts'] },
  },
})
