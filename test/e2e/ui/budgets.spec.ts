import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ROUTES } from '../../../ui/src/shell/routes';
import { FakeModels } from '../../fakes/model-server';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { GatewayProcess, TEST_TOKEN } from '../../harness/gateway-process';

const MOST_REQUESTS = 12;
const MOST_BYTES = 150_000;
/** Unpacked: what is read and run before anything is shown, which is what a slow processor waits for. */
const MOST_SCRIPT = 500_000;
const MOST_NODES = 2_500;
/** What a view fetches for itself, code and style, without what views share. */
const MOST_OF_VIEW = 20_000;
/** What the gateway says of its settings, in one language. */
const MOST_OF_MEANINGS = 30_000;
/** The conversation has the list that shows ten thousand messages in it. */
const MOST_OF_LIST = 4_200;
/** Bytes on the socket for each byte of an answer: what streams, how it ended, and the list. */
const MOST_ON_WIRE = 2;
const MOST_SPOKEN = 1.2;

/** What a screen reader is told: text that is added to a live region. */
const LISTEN = `window.spoken = 0;
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) window.spoken += (node.textContent ?? '').length;
}).observe(document.querySelector('[role=log]'), { childList: true, subtree: true });
document.querySelectorAll('[aria-live], [role=log], [role=alert], [role=status]').length`;

const ASSETS = join(__dirname, '../../../dist/ui/assets');

/** Bytes of the largest file of a name, as it is sent; texts of a view are called as it is, and smaller. */
const sent = (view: string, kind: string): number =>
  Math.max(
    0,
    ...readdirSync(ASSETS)
      .filter((file) => file.startsWith(`${view}-`) && file.endsWith(`.${kind}`))
      .map((file) => {
        const packed = join(ASSETS, `${file}.br`);
        return statSync(existsSync(packed) ? packed : join(ASSETS, file)).size;
      }),
  );

describe('budgets of the views', () => {
  it.each(ROUTES.map(({ view }) => view))('are kept by %s', (view) => {
    const bytes = sent(view, 'js') + sent(view, 'css');
    expect(bytes).toBeGreaterThan(500);
    expect(bytes).toBeLessThanOrEqual(MOST_OF_VIEW + (view === 'chats' ? MOST_OF_LIST : 0));
  });

  it('are kept by the largest file of what settings mean', () => {
    expect(sent('meanings', 'js')).toBeGreaterThan(10_000);
    expect(sent('meanings', 'js')).toBeLessThanOrEqual(MOST_OF_MEANINGS);
  });
});

describeWithBrowser('budgets of the page', () => {
  let browser: Browser;
  let models: FakeModels;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    browser = await openBrowser();
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await models.stop();
    await browser.close();
  });

  const open = async (
    locale = 'en-US',
  ): Promise<{ page: Page; bytes: () => number; script: () => number; urls: string[] }> => {
    const { page } = await openPage(browser, { locale });
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    let script = 0;
    const scripts = new Set<string>();
    const urls: string[] = [];
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    session.on('Network.responseReceived', ({ requestId, type }) => type === 'Script' && scripts.add(requestId));
    session.on(
      'Network.dataReceived',
      ({ requestId, dataLength }) => (script += scripts.has(requestId) ? dataLength : 0),
    );
    page.on('request', (request) => urls.push(request.url()));
    await page.goto(`${gateway.http}/#token=${TEST_TOKEN}`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
    await page.locator('textarea').waitFor();
    return { page, bytes: () => bytes, script: () => script, urls };
  };

  it.each(['en-US', 'de-DE', 'es-ES', 'zh-CN', 'ja-JP'])(
    'are kept by the first load in %s, which asks nobody else',
    async (locale) => {
      const { page, bytes, script, urls } = await open(locale);
      await page.waitForTimeout(300);
      expect(urls.length).toBeLessThanOrEqual(MOST_REQUESTS);
      expect(bytes()).toBeGreaterThan(20_000);
      expect(bytes()).toBeLessThanOrEqual(MOST_BYTES);
      expect(script()).toBeGreaterThan(bytes());
      expect(script()).toBeLessThanOrEqual(MOST_SCRIPT);
      expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThanOrEqual(MOST_NODES);
      expect(urls.filter((url) => !url.startsWith(gateway.http))).toEqual([]);
      await page.close();
    },
  );

  it('ask for what is shown first beside the scripts that show it, and only where it is shown', async () => {
    const [, list = '[]'] =
      /const START = (\[.*\]);/.exec(await (await fetch(`${gateway.http}/theme.js`)).text()) ?? [];
    const files = JSON.parse(list) as string[];
    for (const part of ['chats', 'markdown']) expect(files.some((file) => file.includes(`/${part}-`))).toBe(true);
    for (const file of files)
      expect([file, (await fetch(new URL(file, `${gateway.http}/`))).status]).toEqual([file, 200]);
    const { page } = await open();
    const asked = (): Promise<unknown> =>
      page.evaluate(`document.querySelectorAll('link[rel=modulepreload][href*="/chats-"]').length`);
    expect(await asked()).toBeGreaterThan(0);
    // Its texts as well, in the one language that it speaks.
    const texts = `[...document.querySelectorAll('link[rel=modulepreload][href*="/shell-"]')].map(({ href }) => href)`;
    const [english, ...others] = (await page.evaluate(texts)) as string[];
    expect(others).toEqual([]);
    expect(await (await fetch(english ?? '')).text()).toContain('Say something');
    await page.goto(`${gateway.http}/home`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
    expect(await asked()).toBe(0);
    await page.close();
  });

  it.each([
    ['en-US', 0],
    ['de-DE', 1],
    ['ja-JP', 1],
  ])('ask in %s for what settings mean %d times, packed, and only where settings are shown', async (locale, times) => {
    const { page } = await open(locale);
    const asked: Promise<string | null>[] = [];
    page.on('response', (response) => {
      if (/meanings-.*\.js$/.test(response.url())) asked.push(response.headerValue('content-encoding'));
    });
    const show = async (view: string): Promise<void> => {
      await page.locator(`nav a[href$="/${view}"]`).first().click();
      await page.locator('main h1').waitFor();
      await page.waitForURL(`**/${view}`);
    };
    await show('usage');
    expect(asked).toEqual([]);
    await show('settings');
    await page.locator('[data-testid=setting]').first().waitFor();
    await show('usage');
    await show('settings');
    const packed = await Promise.all(asked);
    expect(packed).toEqual(Array(times).fill(expect.stringMatching(/^(br|gzip)$/)));
    await page.close();
  });

  it('are kept by an answer that streams: on the wire, and in what is read aloud', async () => {
    // Long enough that what is said once about each answer is not what is measured.
    const words = Array.from({ length: 1200 }, (_, index) => `word${index}${index % 12 === 11 ? '.' : ''}`);
    const text = words.join(' ');
    models.answer = () => ({
      steps: words.flatMap((word, index) => [{ text: `${word} ` }, ...(index % 4 === 0 ? [{ waitMs: 10 }] : [])]),
    });
    const { page } = await open();
    let received = 0;
    const watched = page.waitForEvent('websocket');
    await page.reload();
    const socket = await watched;
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
    await page.getByLabel('Message').waitFor();
    await page.waitForTimeout(500);
    expect(await page.evaluate(LISTEN)).toBeGreaterThan(0);
    socket.on('framereceived', ({ payload }) => (received += payload.length));
    await page.getByLabel('Message').fill('say a lot');
    await page.keyboard.press('Enter');
    await page.getByTestId('assistant-message').filter({ hasText: 'word1199' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    await page.waitForTimeout(500);
    const spoken = Number(await page.evaluate('window.spoken'));
    expect(spoken).toBeGreaterThan(0.9 * text.length);
    expect(spoken).toBeLessThanOrEqual(MOST_SPOKEN * text.length);
    expect(received / text.length).toBeLessThanOrEqual(MOST_ON_WIRE);
    await page.close();
  });
});
