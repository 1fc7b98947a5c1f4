import { existsSync, statSync } from 'node:fs';
import { Inject, type Type } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';
import { CliCommand, CommandGroup, type JsonOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { counted, printJson, printLine, printNote } from '../common/cli/output';
import { ExitCode } from '../common/exit-codes';
import { silentLogger } from '../common/logger';
import { readLockOwner } from '../common/lock-file';
import { isAlive } from '../common/process-identity';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { Environment } from '../config/environment';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { SqliteFile } from './sqlite-file';
import { sqlitePath } from './sqlite-path';

const MIB = 1024 * 1024;
const MOST_FAULTS = 20;

interface DatabaseState {
  dialect: 'sqlite' | 'postgres';
  /** File, or server and database without credentials. */
  location: string;
  exists: boolean;
  /** Size in bytes of SQLite with what is not taken in yet. */
  bytes?: number;
  /** Names of the changes of the schema that were made. */
  schema?: string[];
}

abstract class DatabaseCommandBase extends CliCommand {
  @Inject(Environment) protected readonly env!: Environment;

  protected get path(): string {
    const stateDir = resolveStateDir(this.env);
    this.env.loadOwnDotenv(stateDir);
    return sqlitePath(stateDir);
  }

  protected get url(): string | undefined {
    return this.env.get('OPENCLAW_DATABASE_URL');
  }
}

@SubCommand({ name: 'status', description: 'where the database is, its size and its schema; needs no gateway' })
export class DatabaseStatusCommand extends DatabaseCommandBase {
  async run(_: string[], options: JsonOptions): Promise<void> {
    const { path } = this;
    const state = this.url === undefined ? fileState(path) : await serverState(this.url);
    if (options.json) return printJson(state);
    const { dialect, location, exists, bytes, schema } = state;
    printLine(`${dialect}: ${location}${exists ? '' : ' (not made yet; the first start makes it)'}`);
    if (bytes !== undefined) printLine(`Size:   ${(bytes / MIB).toFixed(1)} MiB`);
    if (schema) printLine(`Schema: ${schema.at(-1) ?? 'empty'} (${counted(schema.length, 'change')})`);
  }
}

@SubCommand({ name: 'check', description: 'read all of it and see whether it is sound; exit code 1 when not' })
export class DatabaseCheckCommand extends DatabaseCommandBase {
  async run(_: string[], options: JsonOptions): Promise<void> {
    const { path } = this;
    const faults = this.url === undefined ? fileFaults(path) : await serverFaults(this.url);
    if (options.json) printJson({ ok: faults.length === 0, faults });
    else if (faults.length === 0) printLine('the database is sound');
    else for (const fault of faults) printLine(fault);
    if (faults.length > 0) process.exitCode = ExitCode.failed;
  }
}

function fileState(path: string): DatabaseState {
  const base = { dialect: 'sqlite' as const, location: path };
  if (!existsSync(path)) return { ...base, exists: false };
  const bytes = ['', '-wal'].reduce(
    (sum, part) => sum + (statSync(`${path}${part}`, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  const file = new SqliteFile(path, { readOnly: true });
  try {
    const rows = file.prepare('select name from schema_migrations order by name').all() as { name: string }[];
    return { ...base, exists: true, bytes, schema: rows.map(({ name }) => name) };
  } finally {
    file.close();
  }
}

function fileFaults(path: string): string[] {
  if (!existsSync(path)) return [`there is no database ${path} yet`];
  try {
    const file = new SqliteFile(path, { readOnly: true });
    try {
      const found = file.pragma(`integrity_check(${MOST_FAULTS})`).map((row) => String(Object.values(row)[0]));
      return found.filter((text) => text !== 'ok');
    } finally {
      file.close();
    }
  } catch (error) {
    return [`${path}: ${messageOf(error)}`];
  }
}

async function serverState(url: string): Promise<DatabaseState> {
  const { openPostgres } = await import('./postgres-connection');
  const { sql } = await import('kysely');
  const { read, write } = await openPostgres(url, silentLogger);
  try {
    const { rows } = await sql<{ bytes: string }>`select pg_database_size(current_database()) as bytes`.execute(read);
    const schema = await sql<{ name: string }>`select name from schema_migrations order by name`
      .execute(read)
      .then((result) => result.rows.map(({ name }) => name))
      .catch(() => []);
    const { host, pathname } = new URL(url);
    return {
      dialect: 'postgres',
      location: `${host}${pathname}`,
      exists: schema.length > 0,
      bytes: Number(rows[0]?.bytes ?? 0),
      schema,
    };
  } finally {
    await Promise.all([read.destroy(), write.destroy()]);
  }
}

/** A server looks after its own pages: that it answers and holds our tables is what can be seen from here. */
async function serverFaults(url: string): Promise<string[]> {
  try {
    const { exists, location } = await serverState(url);
    return exists ? [] : [`${location} answers and holds no tables of ours yet`];
  } catch (error) {
    return [messageOf(error)];
  }
}

interface MigrateOptions extends JsonOptions {
  to?: string;
}

@SubCommand({
  name: 'migrate',
  description: 'copy everything into another database, PostgreSQL or SQLite; the present one is only read',
})
export class DatabaseMigrateCommand extends DatabaseCommandBase {
  @Option({
    flags: '--to <address>',
    description: 'postgres://user@host/database, or sqlite for the file of the state directory',
  })
  parseTo(value: string): string {
    return value;
  }

  async run(_: string[], options: MigrateOptions): Promise<void> {
    const { path, url } = this;
    const to = options.to ?? '';
    const isServer = /^postgres(ql)?:\/\//.test(to);
    if (!isServer && to !== 'sqlite') throw new UsageError('--to must be postgres://user@host/database, or sqlite');
    if (isServer === (url !== undefined))
      throw new UsageError(
        isServer
          ? 'the present database is on a server already (OPENCLAW_DATABASE_URL)'
          : 'the present database is SQLite already; set OPENCLAW_DATABASE_URL to the one to copy from',
      );
    const stateDir = resolveStateDir(this.env);
    const owner = readLockOwner(gatewayLockPath(stateDir, resolveConfigPath(this.env, stateDir)));
    if (owner && isAlive(owner))
      throw new OpenclawError('GATEWAY_RUNNING', `the gateway runs (process ${owner.pid}); stop it first`);
    const { openServer, readSqlite, writeSqlite } = await import('./copy/database-end');
    const { copyDatabase } = await import('./copy/copy-database');
    const source = url === undefined ? readSqlite(path) : await openServer(url, silentLogger);
    const target = isServer ? await openServer(to, silentLogger) : writeSqlite(path);
    try {
      const report = await copyDatabase(source, target, (table, done, of) => {
        if (done === of) printNote(`${table}: ${of}`);
      });
      if (options.json) return printJson(report);
      const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
      printLine(`${rows} rows of ${report.tables.length} tables are in ${report.to}, each compared with its original`);
      printLine(
        isServer
          ? 'Set OPENCLAW_DATABASE_URL to it where the gateway is started; the old file stays where it is.'
          : 'Start the gateway without OPENCLAW_DATABASE_URL to use it; the server keeps what it has.',
      );
    } finally {
      await Promise.all([source.close(), target.close()]);
    }
  }
}

const LEAVES = [DatabaseStatusCommand, DatabaseCheckCommand, DatabaseMigrateCommand] as const;

@Command({ name: 'database', description: 'the database of the gateway', subCommands: [...LEAVES] })
export class DatabaseCommand extends CommandGroup {}

export const DATABASE_COMMANDS: readonly Type[] = [DatabaseCommand, ...LEAVES];
