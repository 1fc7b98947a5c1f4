import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { telegramConfig } from '../harness/channel-config';
import { GatewayProcess } from '../harness/gateway-process';
import { STORE_KINDS, createPostgresDatabase } from '../harness/stores';
import { type Frame, type WireClient } from '../harness/wire-client';

export const onPostgres = STORE_KINDS.includes('postgres') ? describe : describe.skip;
export const PERSON = 810_000;

export interface PairOptions {
  /** Two by default. */
  count?: number;
  /** Merged over a small configuration. */
  config?: Record<string, unknown>;
  nodeArgs?: string[];
  /** Program to run instead of `bin/openclaw`. */
  entry?: string;
  /** More variables of each gateway, by its number from 0. */
  env?: (index: number, databaseUrl: string) => Record<string, string>;
  models?: FakeModels;
  telegram?: FakeTelegram;
}

/** Several gateways on one database and one state directory, with a model and a Telegram of their own. */
export class Pair {
  readonly gateways: GatewayProcess[] = [];

  private constructor(
    readonly models: FakeModels,
    readonly telegram: FakeTelegram,
    readonly database: { url: string; drop(): Promise<void> },
    private readonly folder: string,
    private readonly config: Record<string, unknown>,
    private readonly nodeArgs: readonly string[],
    private readonly entry: string | undefined,
    private readonly env: NonNullable<PairOptions['env']>,
  ) {}

  static async start(options: PairOptions = {}): Promise<Pair> {
    const models = options.models ?? (await FakeModels.start());
    const telegram = options.telegram ?? (await FakeTelegram.start());
    const database = await createPostgresDatabase();
    const config = {
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' }, skipBootstrap: true, maxConcurrent: 2 } },
      channels: { telegram: telegramConfig(telegram, [PERSON]) },
      tools: { exec: { host: 'gateway', security: 'allowlist', ask: 'on-miss' } },
      ...options.config,
    };
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-replicas-'));
    const { nodeArgs = [], entry, env = () => ({}) } = options;
    const pair = new Pair(models, telegram, database, folder, config, nodeArgs, entry, env);
    for (let index = 0; index < (options.count ?? 2); index++) await pair.add();
    return pair;
  }

  /** One more gateway. */
  async add(): Promise<GatewayProcess> {
    const gateway = await GatewayProcess.start({
      stateDir: this.folder,
      // They share it: whoever comes later finds it there.
      ...(this.gateways.length === 0 ? { config: this.config } : {}),
      env: { OPENCLAW_DATABASE_URL: this.database.url, ...this.env(this.gateways.length, this.database.url) },
      nodeArgs: [...this.nodeArgs],
      ...(this.entry === undefined ? {} : { entry: this.entry }),
    });
    this.gateways.push(gateway);
    return gateway;
  }

  /** Breaks the connections over which gateways tell each other what happens. */
  async cutLines(): Promise<void> {
    await this.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'openclaw-nest replicas'`);
  }

  async query(text: string): Promise<Record<string, unknown>[]> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    try {
      return (await client.query(text)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.gateways.map((gateway) => {
        // One that was paused can't end otherwise.
        if (!gateway.exited) gateway.child.kill('SIGCONT');
        return gateway.stop();
      }),
    );
    await this.models.stop();
    await this.telegram.stop();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const send = (
  client: WireClient,
  sessionKey: string,
  message: string,
  more: Record<string, unknown> = {},
): Promise<Frame> =>
  client.call('chat.send', { sessionKey, message, idempotencyKey: `${sessionKey}: ${message}`, ...more });

/** What a client is told at the end of the run of a message. */
export const ended = async (
  client: WireClient,
  sessionKey: string,
  message: string,
): Promise<Record<string, unknown>> => {
  const name = `${sessionKey}: ${message}`;
  const isEnd = (payload: Record<string, unknown>): boolean =>
    payload['runId'] === name && payload['state'] !== 'delta';
  return (await client.event('chat', isEnd)).payload ?? {};
};
