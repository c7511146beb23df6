import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Job, JobResult } from './jobs.js'

/** The load generator's process. */
export interface Generator extends Disposable {
  /** Where the stub of the Graph API listens. */
  readonly graphUrl: string
  run(job: Job): Promise<JobResult>
}

export async function startGenerator(): Promise<Generator> {
  const program = fileURLToPath(new URL('./program.ts', import.meta.url))
  const child = fork(program, { execArgv: ['--import', 'tsx'] })
  const [{ graphPort }] = (await once(child, 'message')) as [{ graphPort: number }]
  return {
    graphUrl: `http://127.0.0.1:${graphPort}`,
    async run(job) {
      child.send(job)
      const [{ result, error }] = (await once(child, 'message')) as [{ result?: JobResult; error?: string }]
      if (!result) throw new Error(`the load generator failed: ${error}`)
      return result
    },
    [Symbol.dispose]: () => child.disconnect(),
  }
}
