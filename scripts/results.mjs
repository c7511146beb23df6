/**
 * Counts a finished run. A file that could not be loaded, a broken hook and an error outside every test count as one
 * failure each: they have no failed test of their own, and must not look like success.
 *
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @param {readonly unknown[]} unhandledErrors
 */
export function countResults(modules, unhandledErrors) {
  const results = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    const failedBefore = results.failed
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      results[state === 'pending' ? 'skipped' : state] += 1
    }
    if (module.state() === 'failed' && results.failed === failedBefore) results.failed += 1
  }
  return results
}
