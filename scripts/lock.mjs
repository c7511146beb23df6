import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs a task while no other process holds the lock file. A lock whose owner is gone is taken over.
 *
 * @template Result
 * @param {string} path
 * @param {() => Promise<Result>} task
 * @returns {Promise<Result>}
 */
export async function withLock(path, task) {
  while (!take(path)) await sleep(50)
  try {
    return await task()
  } finally {
    rmSync(path, { force: true })
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (isAbandoned(path)) rmSync(path, { force: true })
    return false
  }
}

function isAbandoned(path) {
  try {
    const owner = Number(readFileSync(path, 'utf8'))
    // Empty for the instant between creating the file and writing into it.
    if (owner) process.kill(owner, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}
