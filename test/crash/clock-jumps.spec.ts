import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The clock is set while something waits; timers and the monotonic clock go on as they did. */
describe('a clock that is set', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-clock-jumps-'));
  const shift = (ms: number): void => writeFileSync(join(folder, 'shift'), String(ms));
  /** Takes events of the gateway, unless it refuses them. */
  let taker: Server;
  let events: string[] = [];
  let isRefusing = false;
  let bench: ToolBench;

  beforeAll(async () => {
    shift(0);
    taker = createServer((request, response) => {
      events.push(isRefusing ? 'refused' : 'taken');
      request.resume();
      response.statusCode = isRefusing ? 503 : 200;
      response.end();
    });
    await new Promise<void>((resolve) => taker.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(taker.address() as AddressInfo).port}/`;
    bench = await ToolBench.start({
      config: {
        agents: { defaults: { heartbeat: { every: '1s' } } },
        tools: { exec: { host: 'gateway', security: 'allowlist', ask: 'on-miss' } },
        hooks: { outbound: [{ id: 'taker', url, secret: 'a secret', events: ['cron'] }] },
      },
      nodeArgs: ['--require', join(__dirname, '../cron/clock-shift.cjs')],
      env: { CLOCK_SHIFT_FILE: join(folder, 'shift') },
    });
  });
  afterEach(() => shift(0));
  afterAll(async () => {
    await bench.stop();
    taker.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The gateway has seen it: it looks at its clock for each answer. */
  const seen = async (atLeast: number): Promise<void> =>
    until('the clock', async () => {
      const { payload } = await bench.client.call('channels.status', {});
      return Math.abs(Number(payload?.['ts']) - Date.now() - atLeast) < HOUR / 4;
    });

  it('forward: what is asked for can still be answered', async () => {
    const [told] = await bench.turn([{ name: 'exec', args: { command: 'sh -c "echo it ran"' } }], {
      meanwhile: async () => {
        const asked = async (): Promise<{ id: string; hash: string }[]> =>
          (await bench.client.call('exec.approval.list')).payload as unknown as { id: string; hash: string }[];
        await until('the question', async () => (await asked()).length > 0);
        shift(DAY);
        await seen(DAY);
        const [{ id, hash } = { id: '', hash: '' }] = await asked();
        const { error } = await bench.client.call('exec.approval.resolve', { id, hash, decision: 'allow-once' });
        expect(error).toBeUndefined();
      },
    });
    expect(told).toContain('it ran');
  });

  it('back: what waits for another try is tried again soon', async () => {
    isRefusing = true;
    events = [];
    const schedule = { kind: 'every', everyMs: 10 * HOUR };
    await bench.client.done('cron.add', { name: 'Tea', schedule, payload: { kind: 'systemEvent', text: 'x' } });
    await until('a refusal', () => events.includes('refused'));
    shift(-HOUR);
    await seen(-HOUR);
    isRefusing = false;
    await until('another try', () => events.includes('taken'), 30_000);
  });

  it('back: heartbeats go on', async () => {
    const lastAt = async (): Promise<number> => Number((await bench.client.call('last-heartbeat', {})).payload?.['ts']);
    await until('a heartbeat', async () => (await lastAt()) > 0);
    shift(-HOUR);
    await until('one by the new clock', async () => (await lastAt()) < Date.now() - HOUR / 2, 20_000);
    await until('the next', async () => Date.now() - HOUR - (await lastAt()) < 900, 20_000);
  });

  it('back: a turn begins and ends as ever', async () => {
    shift(DAY);
    await seen(DAY);
    await bench.turn([], { sessionKey: 'back' });
    shift(-HOUR);
    await seen(-HOUR);
    await bench.turn([], { sessionKey: 'back', says: 'It is earlier.' });
    const { payload } = await bench.client.call('chat.history', { sessionKey: 'back' });
    expect(JSON.stringify(payload)).toContain('It is earlier.');
  });
});
