import { type Kysely, sql } from 'kysely';
import type { StoreKind } from '../harness/stores';

/** Columns and indexes by table, each as text, so that two schemas can be compared. */
export interface SchemaDump {
  columns: Record<string, string[]>;
  indexes: string[];
}

const OWN_TABLE = 'schema_migrations';

export async function dumpSchema(db: Kysely<never>, kind: StoreKind): Promise<SchemaDump> {
  const rows = kind === 'sqlite' ? await sqliteColumns(db) : await postgresColumns(db);
  const columns: Record<string, string[]> = {};
  for (const { table, column } of rows) if (table !== OWN_TABLE) (columns[table] ??= []).push(column);
  const indexes = kind === 'sqlite' ? await sqliteIndexes(db) : await postgresIndexes(db);
  return { columns, indexes: indexes.filter((index) => !index.includes(OWN_TABLE)) };
}

type Column = { table: string; column: string };

async function sqliteColumns(db: Kysely<never>): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select m.name as "table",
      c.name || ' ' || c.type || case c."notnull" when 1 then ' not null' else '' end
        || coalesce(' default ' || c.dflt_value, '') || case when c.pk > 0 then ' key ' || c.pk else '' end as "column"
    from sqlite_master m join pragma_table_info(m.name) c
    where m.type = 'table' and m.name not like 'sqlite_%' order by m.name, c.name`.execute(db);
  return rows;
}

async function sqliteIndexes(db: Kysely<never>): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`
    select sql as text from sqlite_master where type = 'index' and sql is not null order by name`.execute(db);
  return rows.map(({ text }) => text);
}

async function postgresColumns(db: Kysely<never>): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select table_name as "table",
      column_name || ' ' || data_type || case is_nullable when 'NO' then ' not null' else '' end
        || coalesce(' default ' || column_default, '') as "column"
    from information_schema.columns where table_schema = 'public' order by table_name, column_name`.execute(db);
  return rows;
}

async function postgresIndexes(db: Kysely<never>): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`
    select indexdef as text from pg_indexes where schemaname = 'public' order by indexname`.execute(db);
  return rows.map(({ text }) => text);
}
