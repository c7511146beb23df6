import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process, so that another one can tell whether it still lives. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks from the machine's start to the process's: tells processes with the same number apart. Linux only. */
  readonly startedAt?: string
  /** The machine since its last start, and the set of processes whose numbers mean anything to each other. */
  readonly realm: string
}

export function ownIdentity(): ProcessIdentity {
  return identityOf(process.pid)
}

function identityOf(pid: number): ProcessIdentity {
  const startedAt = readStat(pid)?.startedAt
  return { pid, realm: ownRealm(), ...(startedAt !== undefined && { startedAt }) }
}

function ownRealm(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

/** Whether the process lives. `undefined`: it belongs to another machine or container, and only it can tell. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.realm !== ownRealm()) return undefined
  const stat = readStat(identity.pid)
  if (stat) return !stat.ended && (identity.startedAt ?? stat.startedAt) === stat.startedAt
  return identity.startedAt === undefined && answersSignals(identity.pid)
}

/** From `/proc/[pid]/stat` (proc(5)): the state is field 3, the start time field 22; field 2 may hold spaces. */
function readStat(pid: number): { readonly startedAt: string; readonly ended: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state = ''] = fields
    return { startedAt: fields[19] ?? '', ended: 'ZX'.includes(state) }
  } catch {
    return undefined
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
