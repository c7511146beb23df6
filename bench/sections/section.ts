import type { Generator } from '../load/generator.js'
import type { Databases } from '../measure/databases.js'
import type { Report } from '../measure/report.js'

export interface Surroundings {
  readonly generator: Generator
  readonly databases: Databases
  /** How often everything is repeated. */
  readonly rounds: number
  /** Scales the number of messages; 1 for a full run. */
  readonly size: number
}

/** Measures one thing. */
export type Section = (surroundings: Surroundings) => Promise<Report>
