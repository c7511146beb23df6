/** What the scene shows: a line per thing said or checked, with the time since the scene began. */
export interface Transcript {
  title(text: string): void
  /** Somebody says something. */
  says(who: string, text: string): void
  /** Something happens that is no message. */
  note(text: string): void
  /** Shows whether something is true, and remembers when it is not. */
  check(claim: string, holds: boolean, otherwise?: string): void
  readonly checks: number
  readonly failures: readonly string[]
}

const nameWidth = 10

export function createTranscript(print: (line: string) => void, now: () => number): Transcript {
  const began = now()
  const failures: string[] = []
  let checks = 0
  const line = (who: string, text: string) => {
    const seconds = ((now() - began) / 1000).toFixed(2).padStart(6)
    print(
      `${seconds} s  ${who.padEnd(nameWidth)} ${text.replaceAll('\n', `\n${' '.repeat(nameWidth + 12)}`)}`,
    )
  }

  return {
    title: text => print(`\n── ${text} ${'─'.repeat(Math.max(0, 66 - text.length))}`),
    says: line,
    note: text => line('·', text),
    check(claim, holds, otherwise) {
      checks += 1
      if (!holds) failures.push(claim)
      line(holds ? '✓' : '✗', holds || otherwise === undefined ? claim : `${claim}: ${otherwise}`)
    },
    get checks() {
      return checks
    },
    failures,
  }
}
