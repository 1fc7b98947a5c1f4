import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import JSON5 from 'json5';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, TEST_TOKEN, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;

describe('a gateway looks after itself', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let client: WireClient;

  beforeEach(async () => {
    models = await FakeModels.start();
    telegram = await FakeTelegram.start();
    models.answer = () => ({ steps: [{ text: 'Hi.' }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [OWNER] },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterEach(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  const configure = (maintenance: Record<string, unknown>): void => {
    const file = join(gateway.stateDir, 'openclaw.json');
    const config = JSON5.parse<Record<string, unknown>>(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...config, maintenance }));
  };
  const greet = async (): Promise<void> => {
    telegram.say({ chatId: OWNER, text: 'hello' });
    await until('an answer', () => telegram.textsIn(OWNER).length > 0);
  };
  const cli = (...args: string[]) =>
    runCliShared(args, {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
    });

  it('takes no more messages before the disk is full, says why, and loses none', async () => {
    configure({ minFreeMb: 2_000_000_000 });
    await client.event('intake.changed', (payload) => payload['paused'] === true);
    const ready = await fetch(`${gateway.http}/ready`);
    expect(ready.status).toBe(503);
    expect(JSON.stringify(await ready.json())).toContain('MB are free');
    const refused = await client.call('chat.send', { sessionKey: 'main', message: 'x', idempotencyKey: 'x' });
    expect(refused.error).toMatchObject({ retryable: true });
    expect(refused.error?.message).toContain('make room');
    telegram.say({ chatId: OWNER, text: 'hello' });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(models.requests).toHaveLength(0);
    configure({ minFreeMb: 1 });
    await until('the message that waited', () => telegram.textsIn(OWNER).includes('Hi.'));
    expect(models.requests).toHaveLength(1);
    expect((await fetch(`${gateway.http}/ready`)).status).toBe(200);
  });

  it('tells figures to Prometheus, with the token only', async () => {
    await greet();
    const token = { authorization: `Bearer ${TEST_TOKEN}` };
    expect((await fetch(`${gateway.http}/metrics`)).status).toBe(401);
    const page = await (await fetch(`${gateway.http}/metrics`, { headers: token })).text();
    const value = (line: string): number =>
      Number(new RegExp(`^${line.replace(/[{}"+]/g, '\\$&')} (\\S+)$`, 'm').exec(page)?.[1] ?? NaN);
    expect(value('openclaw_ready')).toBe(1);
    expect(value('openclaw_turns_total{outcome="reply"}')).toBe(1);
    expect(value('openclaw_turn_duration_seconds_count')).toBe(1);
    expect(value('openclaw_turn_duration_seconds_bucket{le="+Inf"}')).toBe(1);
    expect(value('openclaw_channel_up{channel="telegram",account="default"}')).toBe(1);
    expect(value('openclaw_model_calls_total{provider="fake",model="fake-1",outcome="ok"}')).toBe(1);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    for (const line of page.trim().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.e+-]+)$/);
    const far = { 'x-forwarded-for': '203.0.113.9' };
    expect((await fetch(`${gateway.http}/metrics`, { headers: far })).status).toBe(401);
    const known = { ...far, authorization: `Bearer ${TEST_TOKEN}` };
    expect((await fetch(`${gateway.http}/metrics`, { headers: known })).status).toBe(200);
  });

  it('makes a bundle for those who help, without secrets and without what was said', async () => {
    telegram.say({ chatId: OWNER, text: 'my diary is about badgers' });
    await until('an answer', () => telegram.textsIn(OWNER).length > 0);
    const path = join(gateway.stateDir, 'bundle.json');
    expect((await cli('diagnostics', 'export', '--output', path)).stdout).toContain('look through it');
    expect(existsSync(path)).toBe(true);
    const text = readFileSync(path, 'utf8');
    const bundle = JSON.parse(text) as Record<string, Record<string, unknown>>;
    expect(bundle).toMatchObject({
      format: 1,
      database: { dialect: 'sqlite', check: 'ok', rows: { inbox: 1, turns: 1 } },
    });
    expect(bundle['logs']).toEqual(expect.arrayContaining([expect.stringContaining('account is connected') as string]));
    expect(bundle['config']).toMatchObject({ channels: { telegram: { dmPolicy: 'allowlist' } } });
    for (const secret of [TEST_TOKEN, telegram.token, 'test-key', 'badgers']) expect(text).not.toContain(secret);
  });

  it('removes old rows of what was delivered, and keeps conversations', async () => {
    await greet();
    await gateway.signal('SIGTERM');
    client.close();
    const database = new SqliteFile(join(gateway.stateDir, 'openclaw-nest.sqlite'));
    const count = (table: string): number =>
      (database.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n;
    expect([count('outbox'), count('turn_steps')].every((rows) => rows > 0)).toBe(true);
    const old = Date.now() - 100 * 86_400_000;
    database.prepare('update outbox set updated_at = ?').run(old);
    database.prepare('update turns set ended_at = ?').run(old);
    database.prepare('update inbox set received_at = ?').run(old);
    database.close();
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
    expect((await client.call('maintenance.run', {})).payload).toMatchObject({ database: 'ok', removed: 4 });
    expect(JSON.stringify((await client.call('chat.history', { sessionKey: 'main' })).payload)).toContain('hello');
  });
});
