// The Control UI in a real browser whose processor is slowed down four times, as a phone of the middle class is.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { BROWSERS } from '../scripts/browsers.mjs';
import { BenchGateway, TOKEN } from './processes.mjs';
import { longConversation } from './long-conversation.mjs';
import { median, round } from './statistics.mjs';
import { WireClient } from './wire-client.mjs';

const SLOW_DOWN = 4;
const LOADS = 5;
const MESSAGES = 10_000;
const STREAMS = 3;
const KEYS = 25;
const KEY_PAUSE_MS = 120;
/** Views that are opened for the first time, each in a page that has shown the conversation only. */
const VIEWS = ['Home', 'Scheduled jobs', 'What it may do', 'Usage & cost', 'Trace', 'Settings'];

/** What the page's browser notes about itself, from before the first script. */
const WATCH = `window.seen = { lcp: 0, tasks: [], events: [] };
new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.lcp = entry.startTime; })
  .observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.tasks.push(entry.duration); })
  .observe({ type: 'longtask', buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.interactionId) seen.events.push(entry.duration);
}).observe({ type: 'event', durationThreshold: 16, buffered: true });`;

/** @param services port of the model; where the machine has no browser, nothing is measured */
export async function measurePage(services, add) {
  const executablePath = process.env.TEST_BROWSER ?? BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) return;
  const gateway = await BenchGateway.start(BenchGateway.prepare(services));
  const client = await WireClient.connect(gateway.port, TOKEN);
  await client.call('sessions.import', { key: 'long', text: longConversation(MESSAGES) });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    await measureLoads(browser, gateway, add);
    await measureStreaming(browser, gateway, client, add);
    await measureViews(browser, gateway, add);
  } finally {
    await browser.close();
    client.close();
    await gateway.stop();
    gateway.remove();
  }
}

/** A page of a profile of its own, which has signed in and is slowed down. */
async function openPage(browser, gateway, address = '') {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-US' });
  await context.addInitScript(WATCH);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOW_DOWN });
  await page.goto(`http://127.0.0.1:${gateway.port}/${address}#token=${TOKEN}`);
  await untilReady(devtools);
  return { page, devtools };
}

const READY = `document.querySelector('[data-message-field]') !== null &&
  document.querySelector('[data-testid=connection][data-state=connected]') !== null`;

/** Asked in one short expression: what Playwright would bring into the page to look for it is a long task itself. */
async function untilReady(devtools) {
  for (;;) {
    const { result } = await devtools.send('Runtime.evaluate', { expression: READY });
    if (result.value === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const seenBy = (page) => page.evaluate('seen');

async function measureLoads(browser, gateway, add) {
  const lcp = [];
  const tasks = [];
  for (let count = 0; count < LOADS; count++) {
    const { page } = await openPage(browser, gateway);
    await page.waitForLoadState('networkidle');
    const seen = await seenBy(page);
    lcp.push(seen.lcp);
    tasks.push(Math.max(0, ...seen.tasks));
    await page.context().close();
  }
  const [paint, task] = [median(lcp), median(tasks)];
  add('page, cold, processor slowed four times: largest paint', `${round(paint, 0)} ms`, '1,000 ms', paint <= 1000);
  add('… longest task while it loads, median', `${round(task, 0)} ms`, '100 ms', task <= 100);
}

/** Keys are typed while an answer streams into a conversation of ten thousand messages. */
async function measureStreaming(browser, gateway, client, add) {
  const { page, devtools } = await openPage(browser, gateway, 'chats?s=agent%3Amain%3Along');
  await page.getByTestId('assistant-message').last().waitFor();
  const field = page.getByLabel('Message', { exact: true });
  await watchFrames(devtools);
  const longest = [];
  const tasks = [];
  for (let count = 0; count < STREAMS; count++) {
    await field.focus();
    await page.evaluate('Object.assign(seen, { tasks: [], events: [] })');
    await client.call('chat.send', {
      sessionKey: 'agent:main:long',
      message: 'Write slowly, please.',
      idempotencyKey: `slow-${count}`,
    });
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    for (let key = 0; key < KEYS; key++) await page.keyboard.type('a', { delay: KEY_PAUSE_MS });
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    const seen = await seenBy(page);
    if (seen.events.length === 0) throw new Error('no interaction was noted');
    longest.push(Math.max(...seen.events));
    tasks.push(Math.max(0, ...seen.tasks));
    await field.fill('');
  }
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  await page.context().close();
  const [inp, task] = [median(longest), median(tasks)];
  const beside = `${longest.map((each) => round(each, 0)).join(', ')} ms`;
  add(
    `… slowest key (INP) while an answer streams into ${MESSAGES} messages, median of ${STREAMS}`,
    `${round(inp, 0)} ms`,
    '100 ms',
    inp <= 100,
    beside,
  );
  add('… longest task meanwhile, median', `${round(task, 0)} ms`, '100 ms', task <= 100);
  add('… memory of the page’s scripts then', `${round(usedSize / 1e6)} MB`, '30 MB', usedSize <= 30e6);
}

/** A browser without a screen shows its frames to nobody and so never says when one was shown, unless somebody looks. */
async function watchFrames(devtools) {
  devtools.on('Page.screencastFrame', ({ sessionId }) =>
    devtools.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined),
  );
  await devtools.send('Page.startScreencast', { format: 'jpeg', quality: 1, maxWidth: 100, maxHeight: 100 });
}

/** From the click to the next frame after the view's heading stands there; its code was never loaded before. */
async function measureViews(browser, gateway, add) {
  const times = [];
  const tasks = [];
  for (const name of VIEWS) {
    const { page } = await openPage(browser, gateway);
    await page.waitForLoadState('networkidle');
    await page.evaluate('seen.tasks = []');
    times.push(
      await page.evaluate(async (words) => {
        const link = [...document.querySelectorAll('nav a')].find(({ textContent }) => textContent === words);
        const start = performance.now();
        link.click();
        while (!document.querySelector('main h1')) await new Promise((done) => requestAnimationFrame(done));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() - start;
      }, name),
    );
    await page.waitForLoadState('networkidle');
    tasks.push(Math.max(0, ...(await seenBy(page)).tasks));
    await page.context().close();
  }
  const slowest = Math.max(...times);
  const task = Math.max(...tasks);
  add(
    `… opening a view for the first time, slowest of ${VIEWS.length}`,
    `${round(slowest, 0)} ms`,
    '300 ms',
    slowest <= 300,
    `median ${round(median(times), 0)} ms; ${VIEWS[times.indexOf(slowest)]}`,
  );
  add('… longest task meanwhile', `${round(task, 0)} ms`, '100 ms', task <= 100, VIEWS[tasks.indexOf(task)]);
}
