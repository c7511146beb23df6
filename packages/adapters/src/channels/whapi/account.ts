/** Whapi's documentation writes the same id in capitals and not. */
export function isAccount(own: string, given: string): boolean {
  return given.toLowerCase() === own.toLowerCase()
}
