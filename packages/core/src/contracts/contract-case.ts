/**
 * One sentence of a contract, with the program that checks it. It knows no test runner:
 * `for (const test of storeContract(make)) it(test.name, test.run)`.
 */
export interface ContractCase {
  readonly name: string
  /** @throws {ContractFailure} when the sentence does not hold */
  run(): Promise<void>
}
