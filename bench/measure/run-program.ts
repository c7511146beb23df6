import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Runs a program of this folder in a process of its own and gives back the one message that it sends. */
export async function runProgram<Result>(
  program: string,
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Result> {
  const child = fork(fileURLToPath(new URL(`../${program}`, import.meta.url)), {
    execArgv: [...flags, '--import', 'tsx'],
    env: { ...process.env, ...environment },
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code} before it had a result`)
  })
  const [result] = await Promise.race([once(child, 'message'), ended])
  ended.catch(() => undefined)
  child.disconnect()
  return result as Result
}
