import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ROUTES } from '../../../ui/src/shell/routes';
import { FakeTelegram } from '../../fakes/telegram-server';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { FakeNode } from '../../harness/fake-node';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { runCli } from '../../harness/run-cli';
import { ToolBench } from '../../harness/tool-bench';
import { TestDevice, WireClient, connectParams } from '../../harness/wire-client';

/** Runs as HTML, reads otherwise than it is, and breaks out of quotes. */
const EVIL = '<img src=x onerror=window.hacked=1>\u202egnp.exe\u200b"\'`{{7*7}}[x](javascript:window.hacked=1)';
/** What turns the rest around is spelt out everywhere; what joins letters stays in prose, where scripts need it. */
const UNSEEN = ['\u202e'];

const DEEP_LINKS = [
  `chats?s=${encodeURIComponent(EVIL)}`,
  'chats?s=javascript:window.hacked=1',
  'chats?s=//evil.example',
  'chats?m=-1e999&list=<svg onload=window.hacked=1>',
  `trace?id=${encodeURIComponent(EVIL)}`,
  `settings?q=${encodeURIComponent(EVIL)}`,
  'settings?path=__proto__.hacked',
  `agents?agent=${encodeURIComponent(EVIL)}&file=${encodeURIComponent('../../../etc/passwd')}`,
  `agents?agent=main&file=${encodeURIComponent(EVIL)}`,
];

/** Notes what a notification would show, in a page that nobody looks at. */
const NOTIFICATIONS = `window.told = [];
window.Notification = class { static permission = 'granted'; constructor(title, options) { told.push(title + ' ' + options.body); } };
Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });`;

describeWithBrowser('words of strangers on the page', () => {
  let browser: Browser;
  let telegram: FakeTelegram;
  let bench: ToolBench;
  let paired: FakeNode;
  beforeAll(async () => {
    browser = await openBrowser();
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start(
      {
        config: {
          channels: { telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'pairing' } },
          agents: {
            list: [
              { id: 'main', default: true },
              { id: 'evil', name: EVIL, identity: { name: EVIL } },
            ],
          },
        },
      },
      { name: EVIL },
    );
    const node = {
      platform: EVIL,
      displayName: `${EVIL}${'long '.repeat(20)}`,
      commands: ['canvas.present'],
      caps: ['canvas'],
    };
    paired = await FakeNode.connect(bench.gateway.url, bench.client, node, () => ({ ok: true }));
    // Another one, which nobody has let in.
    const asking = await WireClient.open(bench.gateway.url, { 'x-forwarded-for': '203.0.113.9' });
    const client = { id: 'node-host', version: EVIL, platform: EVIL, mode: 'node', displayName: EVIL };
    const refused = await asking.call(
      'connect',
      new TestDevice().sign('v3', asking.nonce, connectParams({ role: 'node', client, commands: [EVIL] })),
    );
    expect(refused.ok).toBe(false);
    asking.close();
    const skill = bench.workspace('skills', 'evil');
    mkdirSync(skill, { recursive: true });
    writeFileSync(
      join(skill, 'SKILL.md'),
      `---\nname: evil\ndescription: ${JSON.stringify(EVIL)}\nhomepage: "javascript:window.hacked=1"\n---\n${EVIL}\n`,
    );
    writeFileSync(bench.workspace('<img src=x onerror=window.hacked=1>\u202e.md'), EVIL);
    await bench.call('write', { path: 'notes/<b>\u202e\u200b.txt', content: EVIL }, 'agent:main:evil');
    await bench.client.call('sessions.patch', { key: 'agent:main:evil', label: EVIL.slice(0, 64) });
    await bench.client.call('cron.add', {
      name: EVIL,
      schedule: { kind: 'cron', expr: '0 9 * * 1-5' },
      sessionTarget: 'isolated',
      payload: { kind: 'agentTurn', message: EVIL },
    });
    telegram.say({ chatId: 101, text: EVIL, name: EVIL });
    await until('somebody asks', () => telegram.textsIn(101).length > 0);
    bench.models.answer = () => ({ steps: [], status: 401, body: { error: { message: EVIL, type: 'auth' } } });
    await bench.client.call('chat.send', { sessionKey: 'agent:main:main', message: EVIL, idempotencyKey: 'evil' });
  });
  afterAll(async () => {
    paired.close();
    await bench.stop();
    await telegram.stop();
    await browser.close();
  });

  const open = async (address: string): Promise<{ page: Page; errors: string[]; elsewhere: string[] }> => {
    const { page, errors } = await openPage(browser);
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(bench.gateway.http)) elsewhere.push(request.url());
    });
    await page.goto(`${bench.gateway.http}/${address}#token=${TEST_TOKEN}`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor({ state: 'attached' });
    return { page, errors, elsewhere };
  };

  /** Nothing has run, nothing is hidden, nothing leads or asks anywhere. */
  const expectHarmless = async (page: Page): Promise<void> => {
    await page.waitForLoadState('networkidle');
    const seen = (await page.evaluate(`({
      hacked: window.hacked ?? null,
      unseen: ${JSON.stringify(UNSEEN)}.filter((sign) => document.querySelector('#root').innerText.includes(sign)).length,
      title: document.title,
      links: [...document.querySelectorAll('a[href]')].map(({ protocol }) => protocol),
      foreign: document.querySelectorAll('#root :is(script, iframe, object, embed, base, [onerror], [onload])').length,
    })`)) as { hacked: unknown; unseen: number; title: string; links: string[]; foreign: number };
    expect(seen).toMatchObject({ hacked: null, unseen: 0, foreign: 0 });
    expect(seen.links.filter((protocol) => !['http:', 'https:', 'mailto:'].includes(protocol))).toEqual([]);
    for (const sign of UNSEEN) expect(seen.title).not.toContain(sign);
  };

  it('stay words in every view', async () => {
    const { page, errors, elsewhere } = await open('');
    for (const { view } of ROUTES) {
      await page.goto(`${bench.gateway.http}/${view}`);
      await page.locator('main :is(h1, h2)').first().waitFor({ state: 'attached' });
      await expectHarmless(page);
    }
    for (const address of [
      'chats?s=agent%3Amain%3Aevil',
      'permissions?show=rules',
      'agents?agent=evil',
      'skills?skill=evil',
    ]) {
      await page.goto(`${bench.gateway.http}/${address}`);
      await page.locator('main :is(h1, h2)').first().waitFor({ state: 'attached' });
      await expectHarmless(page);
    }
    expect({ errors, elsewhere }).toEqual({ errors: [], elsewhere: [] });
    await page.close();
  });

  it('lead nowhere as addresses', async () => {
    const { page, errors, elsewhere } = await open('home');
    for (const address of DEEP_LINKS) {
      await page.goto(`${bench.gateway.http}/${address}`);
      await page.locator('main :is(h1, h2)').first().waitFor({ state: 'attached' });
      await expectHarmless(page);
      expect(new URL(page.url()).origin).toBe(bench.gateway.http);
      expect(await page.evaluate('({}).hacked ?? null')).toBeNull();
    }
    expect({ errors, elsewhere }).toEqual({ errors: [], elsewhere: [] });
    for (const path of ['//evil.example/', '/%2f%2fevil.example', '/\\evil.example', '/chats//evil.example']) {
      const answer = await fetch(`${bench.gateway.http}${path}`, { redirect: 'manual' });
      expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 404, null]);
    }
    await page.close();
  });

  it('do not stand in notifications, which may lie on a locked screen', async () => {
    const { page } = await openPage(browser);
    await page.addInitScript(NOTIFICATIONS);
    await page.goto(`${bench.gateway.http}/home#token=${TEST_TOKEN}`);
    await page.getByTestId('people-bar').waitFor();
    telegram.say({ chatId: 102, text: EVIL, name: EVIL });
    await until('it is told', async () => Number(await page.evaluate('told.length')) > 0);
    expect(await page.evaluate('told')).toEqual(['Somebody asks to write to the assistant Look who it is']);
    await bench.turn([{ name: 'exec', args: { command: `echo ${EVIL}`, host: 'gateway' } }], {
      meanwhile: async () => {
        await until('it is told', async () => Number(await page.evaluate('told.length')) > 1);
        expect(await page.evaluate('told[1]')).toBe('Waits for your decision A command');
        const card = page.getByTestId('approval');
        await until('it is steady', () => card.getByRole('button', { name: 'Deny' }).isEnabled());
        await card.getByRole('button', { name: 'Deny' }).click();
      },
    });
    await page.close();
  });

  it('are spelt out in the tables of the command line, each on its line', async () => {
    const env = { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) };
    for (const [args, name] of [
      [['devices', 'list'], '<img src=x'],
      [['nodes', 'status'], 'long long'],
      [['sessions'], 'evil'],
      [['cron', 'list'], '<img src=x'],
      [['skills', 'list'], 'evil'],
      [['models', 'list'], 'fake-1'],
      [['agents', 'list'], '<img src=x'],
    ] as const) {
      const shown = await runCli(args, { env });
      expect([args, shown.code]).toEqual([args, 0]);
      expect(shown.stdout).toContain(name);
      expect(shown.stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u200b\u2028\u2029]/u);
    }
  });

  it('reach the page from no other window: it is not framed, and listens to no messages', async () => {
    const { page } = await open('home');
    const devtools = await page.context().newCDPSession(page);
    const { result } = await devtools.send('Runtime.evaluate', { expression: 'window' });
    const { listeners } = await devtools.send('DOMDebugger.getEventListeners', { objectId: result.objectId ?? '' });
    expect(
      listeners.map(({ type }) => type).filter((type) => ['message', 'storage', 'messageerror'].includes(type)),
    ).toEqual([]);
    const other = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end(`<iframe src="${bench.gateway.http}/"></iframe>`),
    );
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    await page.waitForLoadState('networkidle');
    expect(page.frames().map((frame) => frame.url())).not.toContain(`${bench.gateway.http}/`);
    other.close();
    await page.close();
  });
});
