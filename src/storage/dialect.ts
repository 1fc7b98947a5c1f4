import { type RawBuilder, sql } from 'kysely';

export type Dialect = 'sqlite' | 'postgres';

/** Milliseconds since 1970 by the clock of the database, which all processes on it share. */
export function databaseNow(dialect: Dialect): RawBuilder<number> {
  return dialect === 'postgres'
    ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
    : sql<number>`cast((julianday('now') - 2440587.5) * 86400000 as integer)`;
}
