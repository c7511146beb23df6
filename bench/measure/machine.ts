import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

/** Where the figures come from: they mean little anywhere else. */
export function describeMachine(): Readonly<Record<string, string>> {
  return {
    machine: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release()}`,
    node: process.version,
    started: new Date().toISOString(),
    load: loadAverage(),
  }
}

/** Of the last minute: above the number of processors others were waiting too. */
export function loadAverage(): string {
  return (loadavg()[0] ?? 0).toFixed(2)
}
