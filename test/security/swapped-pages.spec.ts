import { chromium } from 'playwright-core';
import type { ToolContext } from '../../src/tools/agent-tool';
import type { ApprovalDecision } from '../../src/tools/approvals/approval-decision';
import { approvalText } from '../../src/tools/approvals/approval-text';
import { BrowserRoom } from '../../src/tools/browser/browser-room';
import { BrowserTool } from '../../src/tools/browser/browser.tool';
import { LeavingFiles } from '../../src/tools/files/leaving-files.service';
import { FakeSite } from '../fakes/web-site';
import { Answering } from '../harness/answering';
import { BROWSER } from '../harness/browser';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const SECRET = 'ALARM-CANARY-8812';

/** A page that tells its site what is typed into it. */
const listening = (more = ''): string =>
  `<title>Shop</title><label>Your address <input type=email></label><script>
   document.querySelector('input').oninput = ({ target }) => fetch('/typed', { method: 'POST', body: target.value });
   fetch('/seen');
   </script>${more}`;
/** Goes on to an address, or lets a frame go on, as soon as its site says so. */
const waiting = (where: string, address: string): string =>
  `<script>setInterval(async () => {
     if ((await (await fetch('/go')).text()) === 'true') ${where} = ${JSON.stringify(address)};
   }, 50);</script>`;

(BROWSER ? describe : describe.skip)('a page that becomes another one while a question is open', () => {
  let shop: FakeSite;
  let evil: FakeSite;
  let bench: ToolBench;
  let answering: Answering;
  let goes: boolean;
  let decide: () => ApprovalDecision | Promise<ApprovalDecision>;
  const asked: string[] = [];

  beforeAll(async () => {
    [shop, evil] = await Promise.all([FakeSite.start(), FakeSite.start()]);
    shop.answers.set('/go', () => goes);
    shop.html('/page', listening(waiting('location.href', `${evil.url}/page`)));
    shop.html('/own-frame', listening());
    shop.html(
      '/frames',
      `<iframe src=/own-frame></iframe>${waiting("document.querySelector('iframe').src", `${evil.url}/page`)}`,
    );
    shop.html('/foreign-frame', `<title>Pay</title><iframe src="${evil.url}/page"></iframe>`);
    evil.html('/page', listening());
    bench = await ToolBench.start({
      config: { browser: { executablePath: BROWSER, headless: true } },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: `${shop.url},${evil.url}` },
    });
    answering = new Answering(bench.client, (question) => {
      asked.push(approvalText(question));
      return decide();
    });
  });
  afterAll(async () => {
    answering.end();
    await bench.stop();
    await Promise.all([shop.stop(), evil.stop()]);
  });
  beforeEach(() => {
    goes = false;
    asked.length = 0;
    for (const site of [shop, evil]) site.requests.splice(0);
    decide = () => 'allow-once';
  });

  const typed = (site: FakeSite): string[] => site.asked('/typed').map(({ body }) => body);
  /** Lets the page go on while the first question is open; the second is answered as the test says. */
  const swapAtFirst = (then: ApprovalDecision) => async (): Promise<ApprovalDecision> => {
    if (asked.length > 1) return then;
    goes = true;
    await until('the other page', () => evil.asked('/seen').length > 0);
    return 'allow-once';
  };
  /** Opens a page, has the model see it, and acts on the field that it has. */
  const act = async (path: string, request: object): Promise<string> => {
    const sessionKey = `swapped-${path}-${Math.random()}`;
    const open = { name: 'browser', args: { action: 'open', targetUrl: `${shop.url}${path}` } };
    const [, seen = ''] = await bench.turn([open, { name: 'browser', args: { action: 'snapshot' } }], { sessionKey });
    const ref = /textbox[^\n]*\[ref=(\w+)\]/.exec(seen)?.[1];
    expect([seen, ref]).toEqual([seen, expect.any(String)]);
    const args = { action: 'act', request: { ref, ...request } };
    const told = (await bench.turn([{ name: 'browser', args }], { sessionKey })).at(-1) ?? '';
    // Left open it would go on in the next test, and be taken for the page of that.
    await bench.turn([{ name: 'browser', args: { action: 'stop' } }], { sessionKey });
    return told;
  };
  const TYPE = { kind: 'type', text: SECRET };

  it('is asked about with its page and its field', async () => {
    expect(await act('/page', TYPE)).toContain('typed');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(`(email "Your address") of ${shop.url}/page: ${SECRET}`);
    await until('what was typed', () => typed(shop).length > 0);
    expect(typed(shop)).toEqual([SECRET]);
  });

  it.each([
    ['pressed', { kind: 'press', ref: undefined, key: 'a' }],
    ['run', { kind: 'evaluate', ref: undefined, fn: `() => fetch('/typed', { method: 'POST', body: '${SECRET}' })` }],
  ])('is asked about again before anything is %s, and gets nothing after a no', async (_, request) => {
    decide = swapAtFirst('deny');
    expect(await act('/page', request)).toContain('approval_denied');
    expect(asked).toHaveLength(2);
    expect(asked[0]).toContain(`${shop.url}/page`);
    expect(asked[1]).toContain(`${evil.url}/page`);
    expect([typed(shop), typed(evil)]).toEqual([[], []]);
  });

  it.each(['/page', '/frames'])('gets nothing that was meant for a field of the one before: %s', async (path) => {
    decide = swapAtFirst('allow-always');
    expect(await act(path, TYPE)).toMatch(/not_found.*no \w+ by now; take a new snapshot/);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(`${shop.url}/${path === '/page' ? 'page' : 'own-frame'}`);
    expect([typed(shop), typed(evil)]).toEqual([[], []]);
  });

  it('a frame is named by who made what stands in it', async () => {
    decide = () => 'deny';
    expect(await act('/foreign-frame', TYPE)).toContain('approval_denied');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(`of ${evil.url}/page: ${SECRET}`);
    expect(asked[0]).not.toContain(shop.url);
  });

  it('is what was judged up to the moment in which the words leave', async () => {
    const room = new BrowserRoom(
      async () => {
        const browser = await chromium.launch({ executablePath: BROWSER ?? '', args: ['--no-sandbox'] });
        return { context: await browser.newContext(), close: () => browser.close() };
      },
      () => undefined,
    );
    const places = { placeOf: () => 'host', isContained: () => false, roomOf: () => Promise.resolve(room) };
    const [none, leaving] = [{} as never, new LeavingFiles()];
    const tool = new BrowserTool({ config: {} } as never, none, places as never, none, none, leaving);
    const { page } = await room.tab();
    const judge = async (request: object): Promise<() => Promise<unknown>> => {
      const context = { workspace: bench.workspace() } as ToolContext;
      const params = { action: 'act', request } as never;
      await tool.sinksOf(params, context);
      return () => tool.execute(params, context);
    };
    try {
      for (const request of [
        { kind: 'press', key: 'a' },
        { kind: 'evaluate', fn: '() => 1' },
      ]) {
        await page.goto(`${shop.url}/own-frame`);
        const execute = await judge(request);
        await page.goto(`${evil.url}/page`);
        await expect(execute()).rejects.toThrow(/has become another one/);
        await page.goto(`${shop.url}/foreign-frame`);
        await expect(execute()).resolves.toBeDefined();
      }
      // Keys go where the focus is.
      const press = await judge({ kind: 'press', key: 'a' });
      await page.frames()[1]?.focus('input');
      await expect(press()).rejects.toThrow(`another one (${evil.url}/page`);
      const snapshot = await tool.execute({ action: 'snapshot' } as never, {} as ToolContext);
      const ref = /textbox[^\n]*\[[^\n]*ref=(\w+)\]/.exec(JSON.stringify(snapshot.content))?.[1];
      const type = await judge({ ...TYPE, ref });
      await page.frames()[1]?.goto(`${shop.url}/own-frame`);
      await expect(type()).rejects.toThrow(`no ${ref} by now`);
    } finally {
      await room.stop();
    }
    expect(typed(evil)).toEqual([]);
  });
});
