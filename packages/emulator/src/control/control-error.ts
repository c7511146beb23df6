import { describeError, EmulatorError } from '../errors.js'

/** An answer other than success. */
export class ControlError extends Error {
  override readonly name = 'ControlError'

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }

  static from(error: unknown): ControlError {
    if (error instanceof ControlError) return error
    if (error instanceof URIError) return new ControlError(400, 'The path has a broken % escape.')
    if (!(error instanceof EmulatorError)) return new ControlError(500, describeError(error))
    const status =
      { 'no-webhook': 409, 'unknown-person': 404, 'unknown-message': 404 }[error.code as string] ?? 400
    return new ControlError(status, error.message)
  }
}
