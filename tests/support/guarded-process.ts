import { type ChildProcess, spawn } from 'node:child_process'

export interface GuardedOptions {
  /** How messages call it. */
  readonly name: string
  /** Where it works; removed when this process is gone. */
  readonly directory: string
  /** What ends it when this process is gone, without `SIG`. */
  readonly signal: 'KILL' | 'QUIT'
  /** Whether it serves, by all that it has written so far. */
  isReady(log: string): boolean
  /** Who runs it. Default: who runs the tests. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

// The shell stops the server and removes its directory when our end of its stdin closes, that is, when this
// process ends for any reason, SIGKILL included.
const guardScript = `
directory=$1; signal=$2; shift 2
"$@" & server=$!
exec 3<&0 2>/dev/null
{ read -r _ <&3 || { trap "" TERM; kill -$signal $server; sleep 1; rm -rf "$directory"; }; } & guard=$!
wait $server; status=$?
kill $guard
exit $status
`

/** Starts a server that never outlives this process. Resolves, once it serves, to the shell that ends when it ends. */
export async function startGuarded(
  command: readonly string[],
  { name, directory, signal, isReady, user }: GuardedOptions,
): Promise<ChildProcess> {
  const guard = spawn('/bin/sh', ['-c', guardScript, 'guard', directory, signal, ...command], {
    ...user,
    cwd: directory,
    // Servers write to one or the other.
    stdio: ['pipe', 'pipe', 'pipe'],
    // Away from the terminal's process group, so that Ctrl-C reaches us first and we stop it in order.
    detached: true,
  })
  await new Promise<void>((resolve, reject) => {
    let log = ''
    let ready = false
    const listen = (chunk: string) => {
      if (ready) return
      log += chunk
      ready = isReady(log)
      if (ready) resolve()
    }
    guard.stdout.setEncoding('utf8').on('data', listen)
    guard.stderr.setEncoding('utf8').on('data', listen)
    guard.once('error', reject)
    guard.once('exit', () => reject(new Error(`${name} did not start:\n${log}`)))
  })
  return guard
}
