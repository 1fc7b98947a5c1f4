import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

describeWithBrowser('agents and files on the page', () => {
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

  const config = (): string => readFileSync(join(bench.gateway.stateDir, 'openclaw.json'), 'utf8');

  it('edits a file with a look at what changes, and does not write over what somebody else wrote', async () => {
    const { page, errors } = await openPage(browser);
    await bench.client.done('agents.files.set', { agentId: 'main', name: 'USER.md', content: 'Likes tea.\n' });
    await page.goto(`${bench.gateway.http}/agents#token=${TEST_TOKEN}`);
    await page.getByTestId('files').getByRole('link', { name: 'USER.md' }).click();
    const text = page.getByLabel('Text of USER.md');
    await text.fill('Likes tea.\nLives in Graz.\n');
    await page.getByRole('button', { name: 'Look over and save' }).click();
    await page.getByTestId('diff').getByText('+Lives in Graz.').waitFor();
    expect(readFileSync(bench.workspace('USER.md'), 'utf8')).toBe('Likes tea.\n');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByTestId('toast').filter({ hasText: 'USER.md is saved' }).waitFor();
    expect(readFileSync(bench.workspace('USER.md'), 'utf8')).toContain('Graz');

    await text.fill('Likes coffee.\n');
    await bench.call('write', { path: 'USER.md', content: 'Likes water.\n' });
    await page.getByRole('button', { name: 'Look over and save' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const conflict = page.getByTestId('conflict');
    await conflict.getByText('-Likes water.').waitFor();
    expect(readFileSync(bench.workspace('USER.md'), 'utf8')).toBe('Likes water.\n');
    await conflict.getByRole('button', { name: 'Save mine over it' }).click();
    await conflict.waitFor({ state: 'detached' });
    expect(readFileSync(bench.workspace('USER.md'), 'utf8')).toBe('Likes coffee.\n');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('lists notes with whose text is in them', async () => {
    const { page } = await openPage(browser);
    await bench.call('write', { path: 'memory/2026-03-04.md', content: 'A note.\n' });
    writeFileSync(bench.workspace('memory', '..evil.md'), 'x');
    await page.goto(`${bench.gateway.http}/agents#token=${TEST_TOKEN}`);
    const files = page.getByTestId('files');
    await files.getByRole('link', { name: 'memory/2026-03-04.md' }).click();
    await page.getByTestId('editor').getByText('yours or of the assistant').waitFor();
    for (const name of ['memory/..evil.md', 'memory/../openclaw.json', '../openclaw.json', 'memory/a/b.md'])
      expect((await bench.client.call('agents.files.get', { agentId: 'main', name })).error?.code).toBe(
        'INVALID_REQUEST',
      );
    await page.close();
  });

  it('makes an agent, and removes it with a way back, or with its files by its name', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/agents#token=${TEST_TOKEN}`);
    await page.getByRole('button', { name: 'New agent' }).click();
    await page.getByTestId('agent-form').getByLabel('Name').fill('Helper');
    await page.getByRole('button', { name: 'Save' }).click();
    const row = page.getByTestId('agents').getByRole('listitem').filter({ hasText: 'Helper' });
    await row.waitFor();
    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Keep its files' }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByTestId('toast').filter({ hasText: 'Helper' }).getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
    expect(config()).toContain('helper');
    await row.getByRole('button', { name: 'Remove' }).click();
    const whole = page.getByRole('button', { name: 'Remove with its files' });
    expect(await whole.isDisabled()).toBe(true);
    await page.getByLabel(/write helper/).fill('helper');
    await whole.click();
    await row.waitFor({ state: 'detached' });
    expect(config()).not.toContain('helper');
    await page.close();
  });
});
