import { readdirSync, readFileSync } from 'node:fs'

export interface MigrationFile {
  /** Also the order in which they apply. */
  readonly name: string
  readonly sql: string
}

/** The numbered migrations. The build puts their texts in place of this module, so that bundles need no files. */
export const migrationFiles: readonly MigrationFile[] = readMigrationFiles(
  new URL('../../sql/', import.meta.url),
)

function readMigrationFiles(directory: URL): readonly MigrationFile[] {
  const names = readdirSync(directory).filter(name => name.endsWith('.sql'))
  return names.sort().map(name => ({ name, sql: readFileSync(new URL(name, directory), 'utf8') }))
}
