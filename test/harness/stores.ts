import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SilentLoggerFactory } from '../../src/common/logger';
import { Redactor } from '../../src/common/redactor';
import { ConfigService } from '../../src/config/config.service';
import { Environment } from '../../src/config/environment';
import { DatabaseService } from '../../src/storage/database.service';

export type StoreKind = 'sqlite' | 'postgres';

/** Databases that a contract runs on: PostgreSQL where TEST_POSTGRES_URL names one. */
export const STORE_KINDS: readonly StoreKind[] = process.env['TEST_POSTGRES_URL'] ? ['sqlite', 'postgres'] : ['sqlite'];

/** An empty database of its own; `open` may be called again for another process on the same data. */
export class TestDatabase {
  private readonly opened: DatabaseService[] = [];

  private constructor(
    readonly stateDir: string,
    /** Undefined for SQLite. */
    readonly url: string | undefined,
    private readonly drop: () => Promise<void>,
  ) {}

  /** @param server address to use instead of the test server's, for failures */
  static async create(kind: StoreKind, server?: string): Promise<TestDatabase> {
    const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-store-'));
    const removeFolder = (): void => rmSync(stateDir, { recursive: true, force: true });
    if (server) return new TestDatabase(stateDir, server, async () => removeFolder());
    if (kind === 'sqlite') return new TestDatabase(stateDir, undefined, async () => removeFolder());
    const { url, drop } = await createPostgresDatabase();
    return new TestDatabase(stateDir, url, async () => {
      removeFolder();
      await drop();
    });
  }

  async open(): Promise<DatabaseService> {
    const env = new Environment({
      OPENCLAW_STATE_DIR: this.stateDir,
      ...(this.url ? { OPENCLAW_DATABASE_URL: this.url } : {}),
    });
    const database = new DatabaseService(new ConfigService(env, new Redactor()), new SilentLoggerFactory());
    await database.open();
    this.opened.push(database);
    return database;
  }

  async remove(): Promise<void> {
    for (const database of this.opened) await database.close();
    await this.drop();
  }
}

/** A new database on the server of TEST_POSTGRES_URL. */
export async function createPostgresDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env['TEST_POSTGRES_URL'] ?? '';
  const name = `openclaw_test_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string): Promise<void> => {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`drop database if exists ${name} with (force)`) };
}
