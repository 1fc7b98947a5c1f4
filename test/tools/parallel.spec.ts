import { SqliteFile } from '../../src/storage/sqlite-file';
import { FakeSite } from '../fakes/web-site';
import { GatewayProcess, until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

/** Lets whoever waits go on once it is opened. */
function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('calls of one step', () => {
  let site: FakeSite;
  let bench: ToolBench;
  beforeEach(async () => {
    site = await FakeSite.start();
    bench = await ToolBench.start({ env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url } });
  });
  afterEach(async () => {
    await bench.stop();
    await site.stop();
  });

  const fetchOf = (path: string): { name: string; args: object } => ({
    name: 'web_fetch',
    args: { url: `${site.url}${path}` },
  });
  const said = (): string => ['/a', '/b', '/c'].map((path) => `${site.url}${path}`).join(' ');

  it('that only read overlap, and their results stand in the order of the calls', async () => {
    const all = gate();
    const last = gate();
    let arrived = 0;
    const meet = async (path: string): Promise<object> => {
      if (++arrived === 3) all.open();
      await all.opened;
      // The first one has its answer last.
      if (path === '/c') last.open();
      else await last.opened;
      return { page: path };
    };
    for (const path of ['/a', '/b', '/c']) site.answers.set(path, () => meet(path));
    const told = await bench.turn(['/a', '/b', '/c'].map(fetchOf), { inOneStep: true, message: `Read ${said()}` });
    expect(told.map((text) => /"page": ?"(\/\w)"/.exec(text)?.[1])).toEqual(['/a', '/b', '/c']);
  }, 60_000);

  it('that change something wait for those before them, and those behind for them', async () => {
    const told = await bench.turn(
      [
        { name: 'write', args: { path: 'x.txt', content: 'first' } },
        { name: 'read', args: { path: 'x.txt' } },
        { name: 'edit', args: { path: 'x.txt', oldText: 'first', newText: 'second' } },
        { name: 'read', args: { path: 'x.txt' } },
        { name: 'read', args: { path: 'x.txt', limit: 1 } },
      ],
      { inOneStep: true },
    );
    expect(told[1]).toContain('first');
    expect(told.slice(3).every((text) => text.includes('second'))).toBe(true);
  }, 60_000);

  it('that were done when the gateway was killed are not done again, the others are', async () => {
    const held = gate();
    for (const path of ['/a', '/c']) site.answers.set(path, () => held.opened.then(() => ({ page: path })));
    site.answers.set('/b', () => ({ page: '/b' }));
    const paths = ['/a', '/b', '/c'];
    const told: string[] = [];
    bench.models.answer = ({ toolResults, text }) => {
      if (toolResults > 0) told.push(text);
      return { steps: toolResults > 0 ? [{ text: 'done' }] : paths.map((path) => ({ tool: fetchOf(path) })) };
    };
    await bench.client.call('chat.send', { sessionKey: 'kill', message: `Read ${said()}`, idempotencyKey: 'kill' });
    await until('all were asked for', () => paths.every((path) => site.asked(path).length === 1));
    await until('one is on disk', () => {
      const database = new SqliteFile(`${bench.gateway.stateDir}/openclaw-nest.sqlite`, { readOnly: true });
      try {
        return (
          database.prepare("select step from turn_steps where kind = 'tool' and state != 'started'").all().length === 1
        );
      } finally {
        database.close();
      }
    });
    bench.client.close();
    await bench.gateway.signal('SIGKILL');
    held.open();
    const { stateDir, port } = bench.gateway;
    bench.gateway = await GatewayProcess.start({
      stateDir,
      port,
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    await until('the answer', () => told.length > 0, 30_000);
    expect(paths.map((path) => site.asked(path).length)).toEqual([2, 1, 2]);
    expect([...(told[0] ?? '').matchAll(/"page\\?": ?\\?"(\/\w)/g)].map(([, path]) => path)).toEqual(paths);
  }, 90_000);
});
