import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CuttingProxy } from '../harness/cutting-proxy';
import { TEST_TOKEN, until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '../..');
const MOST_BYTES = 15_000;

/** The client for programs of others, as its examples use it, in processes of their own. */
describe('the package openclaw-client', () => {
  let bench: ToolBench;
  let folder: string;
  const started: ChildProcess[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-client-'));
    bench = await ToolBench.start({});
  });
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    await bench.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const example = (name: string): string => resolve(ROOT, 'packages/client/examples', name);
  const environment = (port: number, token = TEST_TOKEN): NodeJS.ProcessEnv => ({
    ...process.env,
    OPENCLAW_URL: `ws://127.0.0.1:${port}`,
    OPENCLAW_GATEWAY_TOKEN: token,
    KEY_FILE: join(folder, 'key.json'),
  });

  it('is small', async () => {
    const { stdout } = await run(process.execPath, [resolve(ROOT, 'scripts/client.mjs')]);
    const bytes = Number(/(\d+) bytes/.exec(stdout)?.[1]);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  it('asks and shows the answer', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'It is four. Tea time.' }] });
    const { stdout } = await run(process.execPath, [example('ask.mjs'), 'What time is it?'], {
      env: environment(bench.gateway.port),
    });
    expect(stdout.trim()).toBe('It is four. Tea time.');
    await expect(
      run(process.execPath, [example('ask.mjs'), 'x'], { env: environment(bench.gateway.port, 'wrong') }),
    ).rejects.toThrow('unauthorized');
  });

  it('follows a conversation over cuts, and reads it anew where the gateway was started anew', async () => {
    const proxy = await CuttingProxy.before('127.0.0.1', bench.gateway.port);
    const say = (message: string): Promise<unknown> => bench.turn([], { sessionKey: 'watched', message, says: 'yes' });
    let shown = '';
    const child = spawn(process.execPath, [example('watch.mjs'), 'watched'], { env: environment(proxy.port) });
    started.push(child);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (shown += String(text)));
    const shows = (text: string): Promise<void> => until(`${text} in ${shown}`, () => shown.includes(text));
    const times = (text: string): number => shown.split(text).length - 1;
    try {
      await shows('[connected new]');
      // It has subscribed once it has asked for what was said before.
      await until('the subscription', async () => {
        await say('are you there');
        return shown.includes('user: are you there');
      });
      proxy.outage();
      await shows('[waiting connection lost]');
      await say('said meanwhile');
      proxy.resume();
      await shows('[connected resumed]');
      await shows('user: said meanwhile');
      await say('said after');
      await shows('user: said after');
      expect([times('said meanwhile'), times('said after')]).toEqual([1, 1]);

      const known = async (): Promise<number> => {
        const { paired } = await bench.client.done<{ paired: { clientId?: string }[] }>('device.pair.list');
        return paired.filter(({ clientId }) => clientId === 'gateway-client').length;
      };
      expect(await known()).toBe(1);
      await bench.restart();
      await shows('[connected resync]');
      await until('all of it anew', () => times('said meanwhile') === 2 && times('said after') === 2);
      expect(await known()).toBe(1);
    } finally {
      child.kill('SIGKILL');
      await proxy.stop();
    }
  });
});
