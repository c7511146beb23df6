// The load generator, in a process of its own. It takes jobs from its parent and ends with it.
import { summarise } from '../measure/statistics.js'
import { startGraphStub } from './graph-stub.js'
import type { Job, JobResult, TurnsJob, WebhooksJob } from './jobs.js'
import { type Exchange, runExchanges } from './loops.js'
import { buildRequests } from './requests.js'

const graph = await startGraphStub()

/** Senders wait for the acknowledgement. */
async function webhooks(job: WebhooksJob): Promise<JobResult> {
  const requests = buildRequests(job)
  let refused = 0
  const exchange: Exchange = async (connection, index) => {
    const status = await connection.request(requests[index % requests.length] as Buffer)
    if (status !== 200) refused++
  }
  const count = requests.length * (job.repeat ?? 1)
  const { seconds, latencies } = await runExchanges({ ...job, count }, exchange)
  return { perSecond: count / seconds, latency: summarise(latencies), refused, lost: 0, surplus: 0 }
}

/** Senders wait for the reply. */
async function turns(job: TurnsJob): Promise<JobResult> {
  const requests = buildRequests(job)
  let refused = 0
  let lost = 0
  const exchange: Exchange = async (connection, index) => {
    const replied = graph.reply(`${job.run}-${index}`)
    if ((await connection.request(requests[index] as Buffer)) !== 200) refused++
    if (!(await replied)) lost++
  }
  const { seconds, latencies } = await runExchanges(job, exchange)
  return {
    perSecond: job.count / seconds,
    latency: summarise(latencies),
    refused,
    lost,
    surplus: graph.takeSurplus(),
  }
}

process.on('message', (job: Job) => {
  const work = job.kind === 'webhooks' ? webhooks(job) : turns(job)
  work.then(
    result => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
process.send?.({ graphPort: graph.port })
