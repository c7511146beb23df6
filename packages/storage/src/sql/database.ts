/** Runs one statement, or several without values. */
export type RunSql = (
  text: string,
  values?: readonly unknown[],
) => Promise<readonly Record<string, unknown>[]>

/** How a store reaches its database. Errors come as the driver throws them. */
export interface Database {
  /** One round trip, one transaction. */
  readonly run: RunSql
  /** Several statements in one transaction, on one connection. */
  transaction<Result>(work: (run: RunSql) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}
