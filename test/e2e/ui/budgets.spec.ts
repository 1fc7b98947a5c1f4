import type { Browser, Page } from 'playwright-core';
import { FakeModels } from '../../fakes/model-server';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { GatewayProcess, TEST_TOKEN } from '../../harness/gateway-process';

const MOST_REQUESTS = 12;
const MOST_BYTES = 150_000;
/** Bytes on the socket for each byte of an answer: what streams, how it ended, and the list. */
const MOST_ON_WIRE = 2;
const MOST_SPOKEN = 1.2;

/** What a screen reader is told: text that is added to a live region. */
const LISTEN = `window.spoken = 0;
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) window.spoken += (node.textContent ?? '').length;
}).observe(document.querySelector('[role=log]'), { childList: true, subtree: true });
document.querySelectorAll('[aria-live], [role=log], [role=alert], [role=status]').length`;

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

  const open = async (): Promise<{ page: Page; bytes: () => number; urls: string[] }> => {
    const { page } = await openPage(browser);
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    const urls: string[] = [];
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    page.on('request', (request) => urls.push(request.url()));
    await page.goto(`${gateway.http}/#token=${TEST_TOKEN}`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
    await page.getByLabel('Message').waitFor();
    return { page, bytes: () => bytes, urls };
  };

  it('are kept by the first load, which asks nobody else', async () => {
    const { page, bytes, urls } = await open();
    await page.waitForTimeout(300);
    expect(urls.length).toBeLessThanOrEqual(MOST_REQUESTS);
    expect(bytes()).toBeGreaterThan(20_000);
    expect(bytes()).toBeLessThanOrEqual(MOST_BYTES);
    expect(urls.filter((url) => !url.startsWith(gateway.http))).toEqual([]);
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
