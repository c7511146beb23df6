import { describeError } from '@switchboard/core'
import { ConfigError } from './config.js'

/** The first signal drains, the second does not wait. */
export function stopOnSignal(close: () => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(`Stopped with an error: ${describeError(error)}`)
          process.exit(1)
        },
      )
    })
  }
}

/** Exit status for a configuration that cannot work (sysexits.h, EX_CONFIG). */
const exitConfig = 78

/** Says why the program cannot start, and ends it. */
export function failToStart(error: unknown): never {
  const words = describeError(error)
  if (error instanceof ConfigError) {
    console.error(`Cannot start; change these variables:\n${words.replace(/^/gm, '  ')}`)
    process.exit(exitConfig)
  }
  const variable = isAboutDirectory(error)
    ? 'SWITCHBOARD_DATA_DIR'
    : variableOf((error as { code?: unknown } | undefined)?.code)
  console.error(`Cannot start: ${variable ? `${variable}: ` : ''}${words}`)
  process.exit(1)
}

function isAboutDirectory(error: unknown): boolean {
  return error instanceof Error && (error.cause as { syscall?: unknown } | undefined)?.syscall === 'mkdir'
}

/** The variable to look at when a part of the server cannot start. */
function variableOf(code: unknown): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
    case 'EACCES':
      return 'PORT'
    case 'locked':
      return 'SWITCHBOARD_DATA_DIR'
    case 'store_unavailable':
    case 'store_failed':
      return 'DATABASE_URL'
    default:
      return undefined
  }
}
