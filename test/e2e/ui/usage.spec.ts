import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

const PRICE = { cost: { input: 2, output: 10, cacheRead: 0.5, cacheWrite: 0 } };

describeWithBrowser('usage and cost on the page', () => {
  let browser: Browser;
  let bench: ToolBench;
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start({}, PRICE);
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });

  const say = async (sessionKey: string, model: { input: number; output: number }): Promise<void> => {
    bench.models.answer = () => ({ steps: [{ text: 'Done.' }], usage: model });
    const runId = `usage-${sessionKey}`;
    await bench.client.call('chat.send', { sessionKey, message: 'go', idempotencyKey: runId });
    await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 });
  };

  it('are drawn and counted, split up, saved as a table, and limited by a budget', async () => {
    await say('trains', { input: 80_000, output: 4_000 });
    await say('plans', { input: 20_000, output: 0 });
    const { page, errors } = await openPage(browser);
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    await page.goto(`${bench.gateway.http}/usage#token=${TEST_TOKEN}`);
    // 0.1 M tokens at 2 dollars and 4,000 at 10 dollars a million.
    // On the last day of a month it is also what the month will come to.
    await page.getByTestId('month').getByText('$0.24').first().waitFor();
    const byDay = page.getByTestId('by-day');
    await byDay.getByTestId('chart').locator('canvas').waitFor();
    expect(requested.filter((url) => /\/draw-/.test(url)).length).toBeGreaterThan(0);
    await byDay.getByRole('cell', { name: 'Today' }).waitFor();
    await byDay.getByRole('cell', { name: '104,000' }).waitFor();

    const groups = page.getByTestId('groups');
    await groups.getByRole('row', { name: /fake\/fake-1.*2.*100,000.*4,000.*\$0\.24/ }).waitFor();
    await groups.getByLabel('Show').selectOption('By channel');
    await groups.getByRole('row', { name: /this page.*\$0\.24/ }).waitFor();
    await groups.getByLabel('Show').selectOption('By conversation');
    await groups.getByRole('row', { name: /trains.*\$0\.20/ }).waitFor();
    const saving = page.waitForEvent('download');
    await groups.getByRole('button', { name: 'Save as CSV' }).click();
    const lines = readFileSync(await (await saving).path(), 'utf8').split('\r\n');
    expect(lines[0]).toBe('"session",calls,input,output,cacheRead,cacheWrite,totalTokens,totalCost,missingCostEntries');
    expect(lines[1]).toBe('"agent:main:trains",1,80000,4000,0,0,84000,0.2,0');
    await groups.getByLabel('Show').selectOption('Single calls');
    await groups.getByRole('link', { name: 'Trace' }).first().waitFor();

    const budgets = page.getByTestId('budgets');
    await budgets.getByRole('button', { name: 'Set a budget' }).click();
    await budgets.getByLabel('At most').fill('nothing');
    await budgets.getByRole('button', { name: 'Set it' }).click();
    await budgets.getByText('The amount must be a number above 0.').waitFor();
    await budgets.getByLabel('At most').fill('0.25');
    await budgets.getByRole('button', { name: 'Set it' }).click();
    await budgets.getByText('$0.25 a month for everything').waitFor();
    await budgets.getByText('nearly used up').waitFor();
    await budgets.getByText('$0.24 used · 96%').waitFor();
    const { payload } = await bench.client.call('config.get', {});
    expect(payload?.['config']).toMatchObject({
      usage: { budgets: [{ scope: 'day', window: 'month', costUsd: 0.25 }] },
    });
    await say('more', { input: 100_000, output: 0 });
    await say('too-much', { input: 100, output: 0 });
    const refused = await bench.client.call('agent.wait', { runId: 'usage-too-much', timeoutMs: 60_000 });
    await budgets.getByText('used up', { exact: true }).waitFor();
    expect(JSON.stringify(refused.payload)).toContain('leaves no room');

    await budgets.getByRole('button', { name: /^Remove the budget/ }).click();
    await budgets.getByText('Nothing is limited').waitFor();
    await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
    await budgets.getByText('$0.25 a month for everything').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it('say which models have no price instead of counting them as nothing', async () => {
    const free = await ToolBench.start();
    try {
      free.models.answer = () => ({ steps: [{ text: 'Done.' }], usage: { input: 1000, output: 10 } });
      await free.client.call('chat.send', { sessionKey: 'main', message: 'go', idempotencyKey: 'free' });
      await free.client.call('agent.wait', { runId: 'free', timeoutMs: 60_000 });
      const { page, errors } = await openPage(browser);
      await page.goto(`${free.gateway.http}/usage#token=${TEST_TOKEN}`);
      await page.getByTestId('unpriced').getByText('One model has no price').waitFor();
      await page
        .getByTestId('groups')
        .getByRole('row', { name: /fake\/fake-1.*no price/ })
        .waitFor();
      await page.getByTestId('by-day').getByRole('cell', { name: 'no price' }).waitFor();
      await page.goto(`${free.gateway.http}/home`);
      const spent = page.getByRole('region', { name: 'Spent today' });
      await spent.getByText('no price', { exact: true }).waitFor();
      await spent.getByText('1K tokens today · in 7 days: no price').waitFor();
      await spent.getByText('Today: no price, 1K tokens').waitFor({ state: 'attached' });
      await page.goto(`${free.gateway.http}/chats?s=main`);
      await page.getByTestId('facts').click();
      await page.getByTestId('conversation-facts').getByText('no price for 1K tokens').waitFor();
      expect(errors).toEqual([]);
      await page.close();
    } finally {
      await free.stop();
    }
  });
});
