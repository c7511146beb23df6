/** Thrown when the emulator is used in a way that cannot work. The message says what to do instead. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError'
  readonly retryable = false

  constructor(
    readonly code:
      | 'invalid-option'
      | 'no-webhook'
      | 'unknown-person'
      | 'unknown-message'
      | 'invalid-fault'
      | 'wait-timeout'
      | 'closed'
      | 'invalid-request',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

/** What went wrong, in words, whatever was thrown. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code !== undefined && !error.message.includes(code) ? `${code}: ${error.message}` : error.message
}
