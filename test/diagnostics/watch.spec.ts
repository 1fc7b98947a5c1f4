import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '../../src/bootstrap/start-gateway';
import { type LogFields, type Logger, LoggerFactory } from '../../src/common/logger';
import { Environment } from '../../src/config/environment';
import { DiagnosticHeartbeat } from '../../src/operations/diagnostics/diagnostic-heartbeat.service';
import { type MemoryReading, ProcessWatch } from '../../src/operations/diagnostics/process-watch.service';
import { Chores } from '../../src/operations/maintenance/chores.service';
import { FakeModels } from '../fakes/model-server';
import { TEST_TOKEN, freePort, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const MINUTE_MS = 60_000;

class Warnings extends LoggerFactory {
  readonly told: { level: string; fields: LogFields; message: string }[] = [];
  child(): Logger {
    const tell =
      (level: string) =>
      (fields: LogFields, message: string): void =>
        void this.told.push({ level, fields, message });
    return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
  }
}

describe('the process', () => {
  it('is told when the event loop was blocked', async () => {
    const warnings = new Warnings();
    const watch = new ProcessWatch(warnings);
    watch.start();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const end = performance.now() + 1500;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 500));
    watch.look();
    watch.stop();
    expect(watch.loopDelayMs).toBeGreaterThan(1000);
    expect(warnings.told).toEqual([
      { level: 'warn', fields: { delayMs: watch.loopDelayMs }, message: expect.stringContaining('blocked') as string },
    ]);
  });

  it('is told once when memory is nearly used up, by the heap or by the limit of its container, and when it is over', () => {
    const warnings = new Warnings();
    const MB = 1_048_576;
    let reading: MemoryReading = { rss: 80 * MB, limit: undefined, heapUsed: 40 * MB, heapLimit: 1000 * MB };
    const watch = new ProcessWatch(warnings, { read: () => reading });
    const levels = (): string[] => warnings.told.splice(0).map(({ level }) => level);
    watch.look();
    expect(levels()).toEqual([]);
    reading = { ...reading, limit: 88 * MB };
    watch.look();
    watch.look();
    expect(warnings.told).toMatchObject([{ fields: { rssMb: 80, limitMb: 88, heapMb: 40, heapLimitMb: 1000 } }]);
    expect(levels()).toEqual(['warn']);
    reading = { ...reading, limit: 95 * MB };
    watch.look();
    expect(levels()).toEqual([]);
    reading = { ...reading, limit: 200 * MB };
    watch.look();
    expect(levels()).toEqual(['info']);
    reading = { ...reading, heapUsed: 950 * MB };
    watch.look();
    expect(levels()).toEqual(['warn']);
  });
});

describe('a gateway with diagnostics.enabled', () => {
  let stateDir: string;
  let models: FakeModels;
  let gateway: RunningGateway;
  let client: WireClient;

  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-watch-'));
    models = await FakeModels.start();
    const config = {
      gateway: { mode: 'local', auth: { mode: 'token', token: TEST_TOKEN } },
      diagnostics: { enabled: true },
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' }, skipBootstrap: true } },
    };
    writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify(config));
    const env = new Environment({ HOME: stateDir, OPENCLAW_STATE_DIR: stateDir, OPENCLAW_UI_PORT: '0' });
    const port = await freePort();
    gateway = await startGateway(env, { port });
    client = await WireClient.connected(`ws://127.0.0.1:${port}`);
  });
  afterEach(async () => {
    client.close();
    await gateway.close({ reason: 'test', restartExpectedMs: null });
    await models.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('tells what goes on, and nothing when nothing does', async () => {
    const heartbeat = gateway.app.get(DiagnosticHeartbeat);
    expect(await heartbeat.beat()).toBeUndefined();
    models.answer = ({ index }) => ({ steps: index === 0 ? [{ stall: true }] : [{ text: 'Hi.' }] });
    await client.call('chat.send', { sessionKey: 'main', message: 'one', idempotencyKey: '1' });
    await until('the turn', () => models.requests.length === 1);
    await client.call('chat.send', { sessionKey: 'main', message: '/queue followup', idempotencyKey: 'q' });
    await client.call('chat.send', { sessionKey: 'main', message: 'two', idempotencyKey: '2' });
    await heartbeat.beat();
    expect((await client.event('diagnostics.heartbeat')).payload).toMatchObject({
      messages: { received: 2, processed: 0, failed: 0 },
      runs: { active: 1, waiting: 0, queued: 1 },
    });
    await client.call('chat.abort', { sessionKey: 'main', runId: '1' });
    await until('the second turn', () => models.requests.length === 2);
    const processed = async (): Promise<unknown> =>
      ((await heartbeat.beat())?.['messages'] as Record<string, unknown> | undefined)?.['processed'];
    await until('both ends', async () => (await processed()) === 2);
    expect(await heartbeat.beat(performance.now() + 3 * MINUTE_MS)).toBeUndefined();
  });

  it('names turns in which nothing happens for two minutes', async () => {
    models.answer = () => ({ steps: [{ stall: true }] });
    await client.call('chat.send', { sessionKey: 'main', message: 'one', idempotencyKey: '1' });
    await until('the turn', () => models.requests.length === 1);
    const chores = gateway.app.get(Chores);
    expect(await chores.findStuck(Date.now() + MINUTE_MS)).toEqual([]);
    expect(await chores.findStuck(Date.now() + 3 * MINUTE_MS)).toEqual(['agent:main:main']);
  });
});
