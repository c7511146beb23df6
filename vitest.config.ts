import { defineConfig } from 'vitest/config'

// This condition makes every workspace package resolve to its TypeScript: tests need no build.
const conditions = ['@switchboard/source']
const resolve = { conditions }
const ssr = { resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] } }
const typecheck = { enabled: true, tsconfig: './tsconfig.type-tests.json' }
const exclude = ['**/node_modules/**', '**/dist/**']

export default defineConfig({
  test: {
    globalSetup: './tests/support/global-setup.ts',
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude,
          typecheck: { ...typecheck, include: ['packages/*/src/**/*.test-d.ts'] },
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'integration',
          include: ['tests/**/*.test.ts', 'examples/*/src/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude,
          typecheck: { ...typecheck, include: ['tests/**/*.test-d.ts'] },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
    coverage: { include: ['packages/*/src/**/*.ts'], exclude: ['**/*.test.ts', '**/*.test-d.ts'] },
  },
})
