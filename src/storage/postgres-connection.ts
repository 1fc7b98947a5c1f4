import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely';
import type * as Pg from 'pg';
import type { Logger } from '../common/logger';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { sleep } from '../common/sleep';
import type { Schema } from './schema';

/** Connections for reads; writes have one of their own, which keeps them in order. */
const READERS = 9;
const CONNECT_MS = 5000;
/** For how long a read is repeated while there is no connection, and the pause between two tries. */
const READ_PATIENCE_MS = 20_000;
const READ_RETRY_MS = 100;
/** SQLSTATE classes and codes that say that the connection, not the statement, is at fault. */
const GONE_CLASSES = ['08'];
const GONE_CODES = ['57P01', '57P02', '57P03', '53300'];

/** The connection to PostgreSQL broke; whether the last statement was carried out is not known. */
export class ConnectionLostError extends OpenclawError {
  constructor(cause: unknown) {
    super('STORAGE_UNREACHABLE', `the database can't be reached: ${messageOf(cause)}`, { cause, retryAfterMs: 1000 });
  }
}

export interface OpenedPostgres {
  read: Kysely<Schema>;
  /** Over one connection. */
  write: Kysely<Schema>;
}

/** @throws OpenclawError STORAGE_OPEN_FAILED naming the server, without credentials */
export async function openPostgres(url: string, log: Logger): Promise<OpenedPostgres> {
  const pg = await import('pg');
  const INT8 = 20;
  pg.types.setTypeParser(INT8, (text) => Number(text));
  const open = (max: number): Pg.Pool => {
    const pool = new pg.Pool({
      connectionString: url,
      max,
      application_name: 'openclaw-nest',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
    });
    pool.on('error', (error) => log.warn({ error: error.message }, 'database connection lost'));
    return pool;
  };
  const [readers, writer] = [open(READERS), open(1)];
  const read = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: new LastingReads(readers) }) });
  const write = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: new ToldPool(writer) }) });
  try {
    await sql`select 1`.execute(write);
  } catch (cause) {
    await Promise.all([read.destroy(), write.destroy()]);
    const { host, pathname } = new URL(url);
    const reason = messageOf(cause instanceof ConnectionLostError ? cause.cause : cause);
    throw new OpenclawError(
      'STORAGE_OPEN_FAILED',
      `OPENCLAW_DATABASE_URL: no connection to ${host}${pathname}: ${reason}`,
      { cause },
    );
  }
  return { read, write };
}

/** Runs a driver's call; a fault of the connection becomes a {@link ConnectionLostError}. */
async function told<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw isConnectionFault(error) ? new ConnectionLostError(error) : error;
  }
}

/** The server signs its own errors with a SQLSTATE; what comes without one, short of a fault in a value, is the network. */
function isConnectionFault(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return false;
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  if (typeof code !== 'string' || severity === undefined) return true;
  return GONE_CODES.includes(code) || GONE_CLASSES.includes(code.slice(0, 2));
}

/** Names faults of the connection. */
class ToldPool implements PostgresPool {
  constructor(private readonly pool: Pg.Pool) {}

  async connect(): Promise<PostgresPoolClient> {
    const client = await told(() => this.pool.connect());
    // Without a listener an error between two queries would end the process; the next query tells it.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    // Several statements in one text give several results: the last is the answer.
    const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
      const result: unknown = await told(() => client.query(text, [...values]));
      return Array.isArray(result) ? (result as unknown[]).at(-1) : result;
    };
    return {
      query: query as unknown as PostgresPoolClient['query'],
      release: () => {
        client.off('error', ignore);
        client.release();
      },
    };
  }

  end(): Promise<void> {
    return this.pool.end();
  }
}

/** Repeats a statement on another connection when its own breaks, unless a transaction was begun on that one. */
class LastingReads implements PostgresPool {
  private readonly pool: ToldPool;
  private ended = false;

  constructor(pool: Pg.Pool) {
    this.pool = new ToldPool(pool);
  }

  async connect(): Promise<PostgresPoolClient> {
    let client: PostgresPoolClient | undefined = await this.lasting(() => this.pool.connect());
    let inTransaction = false;
    const letGo = (): void => {
      client?.release();
      client = undefined;
    };
    const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
      if (text === 'begin' || text.startsWith('start transaction')) inTransaction = true;
      if (text === 'commit' || text === 'rollback') inTransaction = false;
      return this.lasting(
        async () => {
          client ??= await this.pool.connect();
          return client.query(text, values);
        },
        inTransaction ? undefined : letGo,
      );
    };
    return { query: query as unknown as PostgresPoolClient['query'], release: letGo };
  }

  end(): Promise<void> {
    this.ended = true;
    return this.pool.end();
  }

  /** @param renew makes another try possible; without it the first failure stands */
  private async lasting<T>(attempt: () => Promise<T>, renew: (() => void) | undefined = () => undefined): Promise<T> {
    const deadline = performance.now() + READ_PATIENCE_MS;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof ConnectionLostError) || !renew || this.ended || performance.now() >= deadline)
          throw error;
        renew();
        await sleep(READ_RETRY_MS);
      }
    }
  }
}
