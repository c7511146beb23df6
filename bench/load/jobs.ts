import type { Latency } from '../measure/statistics.js'
import type { RequestPlan } from './requests.js'

interface LoadJob extends RequestPlan {
  /** Of the server under test. */
  readonly port: number
  readonly connections: number
  /** A second, at random times. Absent: as many as the server takes. */
  readonly rate?: number
}

/** Webhooks whose senders wait for the acknowledgement. */
export interface WebhooksJob extends LoadJob {
  readonly kind: 'webhooks'
  /** Send the plan's requests this many times over, to servers that keep nothing. Default 1. */
  readonly repeat?: number
}

/** Webhooks whose senders wait for the reply. */
export interface TurnsJob extends LoadJob {
  readonly kind: 'turns'
}

export type Job = WebhooksJob | TurnsJob

export interface JobResult {
  readonly perSecond: number
  /** In milliseconds. */
  readonly latency: Latency
  /** Answers that were not 200. */
  readonly refused: number
  /** Messages without a reply, and replies beyond the first. */
  readonly lost: number
  readonly surplus: number
}
