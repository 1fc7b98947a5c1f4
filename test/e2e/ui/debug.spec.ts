import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

describeWithBrowser('the gateway from the inside, on the page', () => {
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

  it('shows facts, calls a method, says why one is refused, and saves what somebody who helps needs', async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/debug#token=${TEST_TOKEN}`);
    const facts = page.getByTestId('gateway-facts');
    await facts.getByText(String(bench.gateway.child.pid)).waitFor();
    await facts.getByText('2 open').waitFor();
    await page
      .getByTestId('health')
      .getByText(/SQLite, \d/)
      .waitFor();

    const call = page.getByTestId('call');
    await call.getByLabel('Method').fill('sessions.patch');
    await call.getByText('operator.').waitFor();
    await call.getByRole('row', { name: /key string yes/ }).waitFor();
    await call.getByRole('button', { name: 'Fill in what is needed' }).click();
    const filled = (): Promise<string> => call.getByLabel('Parameters (JSON)').inputValue();
    await until('what is needed', async () => (await filled()) === '{\n  "key": ""\n}');
    await call.getByLabel('Parameters (JSON)').fill('{ "key": ');
    await call.getByRole('button', { name: 'Call it' }).click();
    await call.getByText('The parameters are not valid JSON').waitFor();
    await call.getByLabel('Parameters (JSON)').fill('{ "key": "main", "label": "By hand" }');
    await call.getByRole('button', { name: 'Call it' }).click();
    await call.getByTestId('answer').getByText('answered').waitFor();
    await call.getByTestId('answer').getByText('By hand').waitFor();
    const { payload } = await bench.client.call('sessions.list', {});
    expect(JSON.stringify(payload)).toContain('By hand');
    await call.getByLabel('Method').fill('no.such.method');
    await call.getByRole('button', { name: 'Call it' }).click();
    await call.getByTestId('answer').getByText('refused').waitFor();
    await call
      .getByTestId('answer')
      .getByText(/unknown method/)
      .first()
      .waitFor();

    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save diagnostics' }).click();
    const text = readFileSync(await (await saving).path(), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ format: 1, database: { dialect: 'sqlite' } });
    expect(text).not.toContain(TEST_TOKEN);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('shows events as they come, only those that are wanted, and none while it is paused', async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/debug#token=${TEST_TOKEN}`);
    const events = page.getByTestId('events');
    await events.getByText('Nothing has happened yet').waitFor();
    await events.getByLabel('Only events with').fill('trains-at-nine');
    await events.getByText('There is none of these').or(events.getByText('Nothing has happened yet')).waitFor();
    await bench.client.call('system-event', { text: 'trains-at-nine', sessionKey: 'main' });
    await bench.turn([], { sessionKey: 'trains-at-nine', message: 'hello' });
    const lines = page.getByTestId('event-lines').getByRole('listitem');
    await lines.first().waitFor();
    // The oldest stays where it is while others come above it.
    await lines.last().locator('summary').click();
    await lines.last().locator('pre').filter({ hasText: 'trains-at-nine' }).waitFor();
    await events.getByLabel('Only events with').fill('');
    await events.getByRole('button', { name: 'Pause' }).click();
    await events.getByRole('button', { name: 'Clear' }).click();
    await bench.turn([], { message: 'hello again' });
    await events.getByText('It is paused.').waitFor();
    expect(await lines.count()).toBe(0);
    await events.getByRole('button', { name: 'Go on' }).click();
    await bench.turn([], { message: 'and once more' });
    await lines.first().waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});
