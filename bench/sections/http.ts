import {
  interleave,
  type Load,
  type Samples,
  startContenders,
  typical,
  typicalRatio,
} from '../measure/rounds.js'
import type { ServerOptions } from '../measure/server.js'
import type { Section } from './section.js'

const servers: Readonly<Record<string, ServerOptions>> = {
  'node:http, read only': { program: 'reference/http.ts', environment: { MODE: 'read' } },
  'node:http + HMAC + JSON.parse': { program: 'reference/http.ts', environment: { MODE: 'verify' } },
  'Switchboard on node:http': { program: 'programs/webhooks.ts', environment: { STORE: 'none' } },
  'Express + HMAC + JSON.parse': { program: 'reference/express.ts' },
  'Switchboard in Express': {
    program: 'programs/webhooks.ts',
    environment: { STORE: 'none', MOUNT: 'express' },
  },
}
const [readOnly = '', bare = '', ours = '', express = '', inExpress = ''] = Object.keys(servers)

/** Reading, verifying and parsing webhooks, nothing stored. */
export const http: Section = async ({ generator, rounds, size }) => {
  await using contenders = await startContenders(servers)
  const count = 4_000
  const load: Load = { kind: 'webhooks', connections: 64, count, users: 1_000, run: '', repeat: 10 * size }
  const samples = await interleave(generator, contenders, rounds, () => load)
  return {
    tables: [{ title: 'HTTP: webhooks verified and parsed, nothing stored', rows: rows(samples) }],
    goals: [
      goal('verify + parse against node:http + HMAC + JSON.parse', samples, ours, bare, 0.75),
      goal('mounted in Express against Express + HMAC + JSON.parse', samples, inExpress, express, 0.8),
    ],
  }
}

function rows(samples: Samples) {
  return Object.keys(servers).map(name => ({
    name,
    values: {
      'per second': typical(samples, name, sample => sample.perSecond),
      'µs CPU each': typical(samples, name, sample => sample.cpuMicros),
      'of read only': typicalRatio(samples, name, readOnly, sample => sample.perSecond),
      'of bare': typicalRatio(samples, name, bare, sample => sample.perSecond),
    },
  }))
}

function goal(name: string, samples: Samples, who: string, reference: string, limit: number) {
  const value = typicalRatio(samples, who, reference, sample => sample.perSecond)
  return { name, value, limit, better: 'more', unit: ' ×' } as const
}
