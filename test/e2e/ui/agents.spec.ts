import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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
    // A second press while it is being saved is none.
    await page.getByRole('button', { name: 'Save', exact: true }).dblclick();
    await page.getByTestId('toast').filter({ hasText: 'USER.md is saved' }).waitFor();
    expect(await page.getByTestId('conflict').count()).toBe(0);
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

  it('keeps what was written and not saved, and says so, while other views are looked at', async () => {
    const { page } = await openPage(browser);
    await bench.client.done('agents.files.set', { agentId: 'main', name: 'TOOLS.md', content: 'A lamp.\n' });
    await page.goto(`${bench.gateway.http}/agents?file=TOOLS.md#token=${TEST_TOKEN}`);
    const text = page.getByLabel('Text of TOOLS.md');
    await text.fill('Two lamps.\n');
    await page.getByRole('link', { name: 'Home' }).first().click();
    await page.getByTestId('status-panel').waitFor();
    await page.getByRole('link', { name: 'Agents & files' }).first().click();
    const row = page.getByTestId('files').getByRole('listitem').filter({ hasText: 'TOOLS.md' });
    await row.getByText('not saved').waitFor();
    await row.getByRole('link', { name: 'TOOLS.md' }).click();
    await text.waitFor();
    expect(await text.inputValue()).toBe('Two lamps.\n');
    const asks = (): Promise<unknown> =>
      page.evaluate("!window.dispatchEvent(new Event('beforeunload', { cancelable: true }))");
    expect(await asks()).toBe(true);
    await page.getByRole('button', { name: 'Undo all' }).click();
    expect(await text.inputValue()).toBe('A lamp.\n');
    expect(await asks()).toBe(false);
    await page.close();
  });

  it('shows everything else that lies in the workspace, and edits it with a look at what changes', async () => {
    const { page, errors } = await openPage(browser);
    mkdirSync(bench.workspace('notes', 'far'), { recursive: true });
    writeFileSync(bench.workspace('notes', 'trip.md'), '\ufeff# Trip\r\n');
    writeFileSync(bench.workspace('notes', 'photo.bin'), Buffer.from([0, 1, 2, 255, 254, 0]));
    symlinkSync(bench.gateway.stateDir, bench.workspace('notes', 'out'));
    await page.goto(`${bench.gateway.http}/agents#token=${TEST_TOKEN}`);
    const workspace = page.getByTestId('workspace');
    await workspace.getByRole('link', { name: 'notes/' }).click();
    await workspace.getByRole('link', { name: 'trip.md' }).waitFor();
    expect(await workspace.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('far/'),
      expect.stringContaining('photo.bin'),
      expect.stringContaining('trip.md'),
    ]);
    await workspace.getByRole('link', { name: 'trip.md' }).click();
    await page.getByLabel('Text of notes/trip.md').fill('# Trip\n- pack\n');
    await page.getByRole('button', { name: 'Look over and save' }).click();
    await page.getByTestId('diff').getByText('+- pack').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByTestId('toast').filter({ hasText: 'notes/trip.md is saved' }).waitFor();
    // As it was written down before: with its mark of order.
    expect(readFileSync(bench.workspace('notes', 'trip.md'), 'utf8')).toMatch(/^\ufeff# Trip\r?\n- pack\r?\n$/);
    await page.getByRole('link', { name: 'All files' }).click();
    await workspace.getByRole('link', { name: 'photo.bin' }).click();
    await page.getByText('This file is not shown').waitFor();
    await page.getByRole('link', { name: 'All files' }).click();
    await workspace.getByRole('navigation').getByRole('link', { name: 'Workspace' }).click();
    await workspace.getByRole('button', { name: 'New file' }).click();
    await workspace.getByLabel('Name of the file').fill('lists/shopping.md');
    await page.keyboard.press('Enter');
    await page.getByLabel('Text of lists/shopping.md').fill('Tea\n');
    await page.getByRole('button', { name: 'Look over and save' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByTestId('toast').filter({ hasText: 'shopping.md is saved' }).waitFor();
    expect(readFileSync(bench.workspace('lists', 'shopping.md'), 'utf8')).toBe('Tea\n');
    for (const path of ['../openclaw.json', 'notes/out/openclaw.json', 'notes/out', '/etc/hostname'])
      for (const method of ['agents.workspace.get', 'agents.workspace.list'] as const)
        expect([method, path, (await bench.client.call(method, { agentId: 'main', path })).error?.code]).toEqual([
          method,
          path,
          'INVALID_REQUEST',
        ]);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('makes an agent like another, with its face, its model and the files that shape it', async () => {
    const { page } = await openPage(browser);
    await bench.client.done('agents.create', { name: 'Gardener', emoji: '🌱', model: 'fake/fake-1' });
    await bench.client.done('agents.files.set', { agentId: 'gardener', name: 'SOUL.md', content: 'Patient.\n' });
    await page.goto(`${bench.gateway.http}/agents#token=${TEST_TOKEN}`);
    const rows = page.getByTestId('agents').getByRole('listitem');
    await rows.filter({ hasText: 'Gardener' }).getByRole('button', { name: 'Duplicate' }).click();
    const form = page.getByTestId('agent-form');
    expect(await form.getByLabel('Emoji').inputValue()).toBe('🌱');
    await form.getByLabel('Name').fill('Forester');
    await form.getByRole('button', { name: 'Save' }).click();
    await rows.filter({ hasText: '🌱 Forester' }).waitFor();
    const { file } = await bench.client.done<{ file: { content: string } }>('agents.files.get', {
      agentId: 'forester',
      name: 'SOUL.md',
    });
    expect(file.content).toBe('Patient.\n');
    await page.goto(`${bench.gateway.http}/chats?s=agent:forester:main`);
    await page.getByRole('region', { name: 'Conversation' }).getByText('🌱 Forester').waitFor();
    await page.close();
  });

  it('gives an agent a model of its own, and takes it away again', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/agents#token=${TEST_TOKEN}`);
    await page.getByRole('button', { name: 'New agent' }).click();
    const form = page.getByTestId('agent-form');
    await form.getByLabel('Name').fill('Modelled');
    await form.getByLabel('Model').selectOption('fake/fake-1');
    await form.getByRole('button', { name: 'Save' }).click();
    const row = page.getByTestId('agents').getByRole('listitem').filter({ hasText: 'Modelled' });
    await row.waitFor();
    const modelOf = (): unknown =>
      (JSON.parse(config()) as { agents: { list: { id: string; model?: unknown }[] } }).agents.list.find(
        ({ id }) => id === 'modelled',
      )?.model;
    expect(modelOf()).toBeDefined();
    await row.getByRole('button', { name: 'Change' }).click();
    await form.getByLabel('Model').selectOption('Default model');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    expect(modelOf()).toBeUndefined();
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
    await page.getByRole('button', { name: 'Remove the agent, keep its files' }).click();
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
