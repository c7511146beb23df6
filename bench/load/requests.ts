import { webhookRequest } from './wire.js'

export interface RequestPlan {
  readonly count: number
  /** From how many people; each writes in turn. */
  readonly users: number
  /** Number of the first person. Default 0. */
  readonly firstUser?: number
  /** Sets the messages of this plan apart from all others. */
  readonly run: string
  /** Which part of the requests repeats an earlier one, as Meta does when an answer was late. Default 0. */
  readonly redelivered?: number
}

/** How far back a redelivered request lies at least, so that it is not in flight any more. */
const redeliveryDistance = 200

/** The requests of a plan in the order in which they go out, made before the clock starts. */
export function buildRequests(plan: RequestPlan): Buffer[] {
  const { count, users, firstUser = 0, run, redelivered = 0 } = plan
  const every = redelivered > 0 ? Math.round(1 / redelivered) : Number.POSITIVE_INFINITY
  const requests: Buffer[] = []
  for (let index = 0; index < count; index++) {
    const earlier = requests[index - redeliveryDistance]
    const repeats = earlier && index % every === 0
    requests.push(
      repeats ? earlier : webhookRequest({ user: firstUser + (index % users), token: `${run}-${index}` }),
    )
  }
  return requests
}
