import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { ROUTES } from '../../../ui/src/shell/routes';
import { LANGUAGES, languageOf } from '../../../ui/src/words/languages';
import { uiHints } from '../../../src/config/ui-hints';
import { inWords } from '../../../ui/src/views/settings/fields';
import { TITLES } from '../../../ui/src/views/settings/section-titles';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

const ASSETS = join(__dirname, '../../../dist/ui/assets');

describe('texts of the page', () => {
  it('are each in every language, with the same placeholders, and none is left over', () => {
    const told = execFileSync(process.execPath, [resolve(__dirname, '../../../ui/check-texts.cjs')], {
      encoding: 'utf8',
    });
    const lines = told.trim().split('\n');
    const meanings = new Set(Object.values(uiHints()).map(({ help }) => help)).size;
    expect(meanings).toBeGreaterThan(800);
    expect(Number(/^(\d+) texts$/.exec(lines.pop() ?? '')?.[1])).toBeGreaterThan(1000 + meanings);
    expect(lines).toEqual([]);
  });

  it('are in the first language of the browser that there is', () => {
    expect(languageOf(['de-AT', 'en'])).toBe('de');
    expect(languageOf(['fr', 'es-MX'])).toBe('es');
    expect(languageOf(['zh-CN'])).toBe('zh');
    expect(languageOf(['zh-TW', 'ja'])).toBe('ja');
    expect(languageOf(['fr'])).toBe('en');
    expect(languageOf([])).toBe('en');
  });

  it('name every section of the configuration', () => {
    const hints = uiHints();
    const titles = TITLES.map(({ id }) => id);
    const sections = Object.keys(hints).filter((path) => !/[.[]/.test(path) && hints[path]?.idle !== true);
    const listed = sections.filter((name) => !['$schema', 'meta', 'wizard'].includes(name));
    expect(listed.map(inWords).filter((title) => !titles.includes(title))).toEqual([]);
  });
});

describeWithBrowser('languages of the page', () => {
  let browser: Browser;
  let bench: ToolBench;
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start();
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });

  it.each([
    ['de-DE', 'de', 'Geplante Aufträge'],
    ['es-MX', 'es', 'Tareas programadas'],
    ['zh-CN', 'zh-Hans', '定时任务'],
    ['ja-JP', 'ja', 'スケジュールジョブ'],
  ])('every view speaks %s', async (locale, lang, jobs) => {
    const { page, errors } = await openPage(browser, { locale });
    await page.goto(`${bench.gateway.http}/jobs#token=${TEST_TOKEN}`);
    await page.getByRole('heading', { level: 1, name: jobs }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe(lang);
    for (const { view } of ROUTES) {
      await page.goto(`${bench.gateway.http}/${view}`);
      await page.locator('main h1').first().waitFor({ state: 'attached' });
      // A text that was not found would be shown as its id, six signs that are no word.
      const ids: string[] = await page.evaluate(
        `[...document.body.innerText.matchAll(/(?<![\\\\w/.-])(?=\\\\w*[A-Z0-9])(?=\\\\w*[a-z])[\\\\w+/]{6}(?![\\\\w/.-])/g)].map(([id]) => id)`,
      );
      expect(ids.filter((id) => /[a-z][A-Z]|\d[a-z]|[a-z]\d/.test(id) && id !== 'SQLite')).toEqual([]);
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('say in the language of the page what the gateway refuses, and why a model did not answer', async () => {
    const { page } = await openPage(browser, { locale: 'de-DE' });
    await page.goto(`${bench.gateway.http}/chats#token=wrong`);
    await page.getByRole('textbox').first().fill('wrong too');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Das ist nicht der Token dieses Gateways.' }).waitFor();
    await page.goto(`${bench.gateway.http}/agents#token=${TEST_TOKEN}`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
    await page.goto(`${bench.gateway.http}/agents?file=${encodeURIComponent('../x')}`);
    await page.getByRole('alert').filter({ hasText: 'Das Gateway hat es nicht angenommen:' }).waitFor();
    bench.models.answer = () => ({ steps: [], status: 401, body: { error: { message: 'bad key', type: 'auth' } } });
    await page.goto(`${bench.gateway.http}/chats?s=main`);
    await page.locator('textarea').fill('hallo');
    await page.keyboard.press('Enter');
    await page.getByTestId('run-note').filter({ hasText: 'hat die Zugangsdaten abgelehnt' }).waitFor();
    await page.context().close();
  });

  it('say what settings mean, with sections and what a search finds, in the language of the page', async () => {
    const { page, errors } = await openPage(browser, { locale: 'de-DE' });
    await page.goto(`${bench.gateway.http}/settings?s=gateway#token=${TEST_TOKEN}`);
    const port = page.locator('[data-testid=setting][data-path="gateway.port"]');
    await port.getByText('Port des Gateways.', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Kanäle', exact: true }).waitFor();
    // Found by the words that one reads, and by those of the gateway.
    for (const words of ['Schlüssel des Dienstes', 'Key of the service']) {
      await page.goto(`${bench.gateway.http}/settings?q=${encodeURIComponent(words)}`);
      const key = page.locator('[data-testid=setting][data-path="tools.web.search.brave.apiKey"]');
      await key.getByText('Schlüssel des Dienstes.', { exact: true }).waitFor();
    }
    // A brace is no place for a value here.
    await page.goto(
      `${bench.gateway.http}/settings?q=${encodeURIComponent('oder nur der Name einer Umgebungsvariablen')}`,
    );
    await page.getByText('Ein Schlüssel, ein Text mit ${VAR} oder ${secret:name} oder').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('say all that the gateway says of its settings, in each language but its own', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/settings#token=${TEST_TOKEN}`);
    const { payload } = await bench.client.call('config.schema', {});
    const hints = payload?.['uiHints'] as Record<string, { help?: string }>;
    const said = [...new Set(Object.values(hints).flatMap(({ help }) => help ?? []))];
    expect(said.length).toBeGreaterThan(800);
    const files = readdirSync(ASSETS).filter((file) => /^meanings-.*\.js$/.test(file));
    expect(files).toHaveLength(Object.keys(LANGUAGES).length - 1);
    for (const file of files) {
      const there: string[] = await page.evaluate(
        `import('/assets/${file}').then(({ messages }) => Object.keys(messages))`,
      );
      expect([file, said.filter((sentence) => !there.includes(sentence))]).toEqual([file, []]);
    }
    await page.context().close();
  });

  it('say in its own words what a newer gateway, or a plugin, says of a setting', async () => {
    const { page } = await openPage(browser, { locale: 'de-DE' });
    await page.routeWebSocket(/.*/, (socket) => {
      const gateway = socket.connectToServer();
      gateway.onMessage((message) => socket.send(String(message).replaceAll('Port of the gateway.', 'Where it is.')));
    });
    await page.goto(`${bench.gateway.http}/settings?q=gateway.port#token=${TEST_TOKEN}`);
    const port = page.locator('[data-testid=setting][data-path="gateway.port"]');
    await port.getByText('Where it is.', { exact: true }).waitFor();
    await page.context().close();
  });

  it('are changed in the shell at once, and kept for the next time', async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/usage#token=${TEST_TOKEN}`);
    await page.getByRole('heading', { level: 1, name: 'Usage & cost' }).waitFor();
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.getByLabel('Language').selectOption('日本語');
    await page.getByRole('heading', { level: 1, name: '使用量と費用' }).waitFor();
    await page.getByRole('link', { name: 'ホーム' }).click();
    await page.getByText('今日の費用').waitFor();
    expect(sockets).toEqual([]);
    await page.reload();
    await page.getByText('今日の費用').waitFor();
    await page.getByLabel('言語').selectOption('English');
    await page.getByText('Spent today').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
