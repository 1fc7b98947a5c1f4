import { FakeSite } from '../fakes/web-site';
import { Answering } from '../harness/answering';
import { ToolBench } from '../harness/tool-bench';

describe('what can not be done', () => {
  let site: FakeSite;
  let bench: ToolBench;
  let answering: Answering;
  beforeAll(async () => {
    site = await FakeSite.start();
    site.html('/page', '<title>Page</title><p>Words of others.</p>');
    bench = await ToolBench.start({ env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url } }, { input: ['text', 'image'] });
    answering = new Answering(bench.client, 'deny');
  });
  afterAll(async () => {
    answering.end();
    await bench.stop();
    await site.stop();
  });

  it('is said before anybody is asked whether it may', async () => {
    const told = await bench.turn(
      [
        { name: 'web_fetch', args: { url: `${site.url}/page` } },
        { name: 'nodes', args: { action: 'camera_snap' } },
        { name: 'image', args: { image: 'http://127.0.0.1:9/cat.png' } },
        { name: 'web_fetch', args: { url: 'http://10.0.0.1/made-up' } },
        { name: 'browser', args: { action: 'open', targetUrl: 'http://printer.local/', target: 'node' } },
        // This one can be done, and is asked for.
        { name: 'web_fetch', args: { url: 'http://made-up.example/?secret=1' } },
      ],
      { message: `Look at ${site.url}/page` },
    );
    expect(told[0]).toContain('Words of others');
    expect(told[1]).toContain('node_unavailable');
    expect(told[2]).toContain('blocked_address');
    expect(told[3]).toContain('blocked_address');
    expect(told[4]).toContain('node_unavailable');
    expect(told[5]).toContain('approval_denied');
    expect(answering.questions).toHaveLength(1);
  }, 60_000);

  it('follows what others said into the conversation where it is found', async () => {
    const look = { name: 'web_fetch', args: { url: `${site.url}/page` } };
    await bench.turn([look], { sessionKey: 'read', message: `Look at ${site.url}/page for zebras` });
    const made = { name: 'web_fetch', args: { url: 'http://made-up.example/?from=memory' } };
    const asked = async (sessionKey: string, query: string): Promise<number> => {
      const before = answering.questions.length;
      await bench.turn([{ name: 'sessions_search', args: { query } }, made], { sessionKey });
      return answering.questions.length - before;
    };
    expect(await asked('fresh', 'giraffes')).toBe(0);
    expect(await asked('later', 'zebras')).toBe(1);
  }, 60_000);

  it('find_tools lists the names where words of another language find nothing', async () => {
    const told = await bench.call('find_tools', { query: 'Erinnerung' });
    expect(told).toContain('Nothing found by these words');
    expect(told).toContain('- browser: a real browser');
  });
});
