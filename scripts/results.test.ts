import { describe, expect, test } from 'vitest'
import type { TestModule } from 'vitest/node'
import { countResults } from './results.mjs'

type TestState = 'passed' | 'failed' | 'skipped' | 'pending'

function finishedFile(state: 'passed' | 'failed', tests: readonly TestState[]): TestModule {
  const allTests = () => tests.map(test => ({ result: () => ({ state: test }) }))
  return { state: () => state, children: { allTests } } as unknown as TestModule
}

describe('countResults', () => {
  test('adds up the tests of all files', () => {
    const modules = [
      finishedFile('passed', ['passed', 'skipped']),
      finishedFile('failed', ['failed', 'passed']),
    ]
    expect(countResults(modules, [])).toEqual({ passed: 2, failed: 1, skipped: 1 })
  })

  test('a file that did not load counts as a failure', () => {
    expect(countResults([finishedFile('failed', [])], [])).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  test('tests that a broken hook kept from running do not hide the failure', () => {
    const modules = [finishedFile('failed', ['skipped', 'pending'])]
    expect(countResults(modules, [])).toEqual({ passed: 0, failed: 1, skipped: 2 })
  })

  test('an error outside every test counts as a failure', () => {
    expect(countResults([finishedFile('passed', ['passed'])], [new Error('late')])).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    })
  })
})
