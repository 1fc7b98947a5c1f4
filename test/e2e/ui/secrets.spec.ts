import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

const KEY = 'sk-CANARY-0123456789abcdef';

describeWithBrowser('secrets on the page', () => {
  let browser: Browser;
  let bench: ToolBench;
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start();
    await bench.client.done('secrets.store.set', { name: 'mine', value: KEY });
    const { hash } = await bench.client.done('config.get');
    await bench.client.done('config.patch', {
      raw: '{ models: { providers: { mine: { baseUrl: "http://127.0.0.1:9/v1", apiKey: "${secret:mine}" } } } }',
      baseHash: hash,
      restart: false,
    });
    await bench.client.done('secrets.store.delete', { name: 'mine', force: true });
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });

  it('that a setting uses in vain are set, replaced, and others are added and removed; no value is shown', async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/secrets#token=${TEST_TOKEN}`);
    const missing = page.getByTestId('missing').getByRole('listitem').filter({ hasText: 'not stored' });
    await missing.getByText('models.providers.mine.apiKey').waitFor();
    await missing.getByRole('button', { name: 'Set mine' }).click();
    await missing.getByLabel('Value').fill(KEY);
    await missing.getByRole('button', { name: 'Store' }).click();
    await page.getByTestId('toast').filter({ hasText: 'has taken it over' }).waitFor();
    const mine = page.getByTestId('secrets').getByRole('listitem').filter({ hasText: 'mine' });
    await mine.getByText('in use').waitFor();
    await mine.getByRole('button', { name: 'Replace mine' }).click();
    await mine.getByLabel('Value').fill(`${KEY}-2`);
    await mine.getByRole('button', { name: 'Store' }).click();
    await mine.getByLabel('Value').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByLabel('Name').fill('spare key');
    await page.getByLabel('Value').fill('something');
    await page.getByRole('button', { name: 'Store' }).click();
    await page.getByRole('alert').filter({ hasText: 'letters, digits' }).waitFor();
    await page.getByLabel('Name').fill('spare');
    await page.getByRole('button', { name: 'Store' }).click();
    const spare = page.getByTestId('secrets').getByRole('listitem').filter({ hasText: 'spare' });
    await spare.getByText('not used').waitFor();
    await spare.getByRole('button', { name: 'Remove spare' }).click();
    await page.getByTestId('toast').filter({ hasText: 'Removed' }).getByRole('button', { name: 'Undo' }).click();
    await spare.waitFor();
    await spare.getByRole('button', { name: 'Remove spare' }).click();
    await page.getByTestId('toast').filter({ hasText: 'Removed' }).getByRole('button', { name: 'Close' }).click();
    await spare.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain('CANARY');
    expect((await bench.client.done('secrets.store.list'))['secrets']).toMatchObject([{ name: 'mine' }]);
    expect(readFileSync(join(bench.gateway.stateDir, 'openclaw.json'), 'utf8')).not.toContain('CANARY');
    expect(errors).toEqual([]);
    await page.close();
  });
});
