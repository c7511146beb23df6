/**
 * Runs one statement, or several without values. A name stands for the text: a connection may keep what it has parsed under
 * it.
 */
export type RunSql = (
  text: string,
  values?: readonly unknown[],
  name?: string,
) => Promise<readonly Record<string, unknown>[]>

/** How a store reaches its database. Errors come as the driver throws them. */
export interface Database {
  /** One round trip, one transaction. */
  readonly run: RunSql
  /** Several statements in one transaction, on one connection. */
  transaction<Result>(work: (run: RunSql) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}
