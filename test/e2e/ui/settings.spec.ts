import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

describeWithBrowser('settings on the page', () => {
  let browser: Browser;
  let bench: ToolBench;
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start({
      config: {
        logging: { level: 'info' },
        models: { providers: { mine: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-CANARY-0123456789abcdef' } } },
      },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });

  const file = (): string => readFileSync(join(bench.gateway.stateDir, 'openclaw.json'), 'utf8');
  const open = async (address: string): Promise<{ page: Page; errors: string[] }> => {
    const opened = await openPage(browser);
    await opened.page.goto(`${bench.gateway.http}/${address}#token=${TEST_TOKEN}`);
    return opened;
  };
  const setting = (page: Page, path: string): ReturnType<Page['locator']> =>
    page.locator(`[data-testid=setting][data-path="${path}"]`);

  it('are found by what they mean, changed, looked at, saved, and taken back', async () => {
    const { page, errors } = await open('config');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(page.url()).toContain('/settings');
    await page.getByLabel('Search settings').fill('log file holds');
    const level = setting(page, 'logging.level');
    await level.getByText('set in the file').waitFor();
    await level.getByRole('combobox').selectOption('"debug"');
    await page.getByTestId('changes').getByText('1 change not saved').waitFor();
    await page.getByRole('button', { name: 'Review' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByTestId('diff').getByText('"debug"').waitFor();
    await dialog.getByText('All of it holds as soon as it is saved.').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByTestId('changes').waitFor({ state: 'detached' });
    expect(file()).toContain('"debug"');
    await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
    await until('it is back', async () => (await level.getByRole('combobox').inputValue()) === '"info"');
    expect(file()).not.toContain('"debug"');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('say at the field what the gateway would not take, and merge with what somebody else has saved', async () => {
    const { page } = await open('settings?q=gateway.port');
    const port = setting(page, 'gateway.port');
    await port.getByRole('spinbutton').fill('70000');
    await port.getByRole('alert').filter({ hasText: 'must be <= 65535' }).waitFor();
    await page.getByRole('button', { name: 'Review' }).click();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByLabel('Search settings').fill('session.idleMinutes');
    await setting(page, 'session.idleMinutes').getByRole('spinbutton').fill('90');
    const { hash } = await bench.client.done('config.get');
    await bench.client.done('config.patch', {
      raw: '{ ui: { assistant: { name: "Ada" } } }',
      baseHash: hash,
      restart: false,
    });
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep both' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByTestId('changes').waitFor({ state: 'detached' });
    expect((await bench.client.done('config.get'))['parsed']).toMatchObject({
      session: { idleMinutes: 90 },
      ui: { assistant: { name: 'Ada' } },
    });
    await page.close();
  });

  it('that are not saved outlast a look elsewhere, are marked there, and are not lost by closing the page', async () => {
    const { page } = await open('settings?q=session.idleMinutes');
    const mark = page.getByRole('navigation', { name: 'Views' }).getByText('Something is not saved');
    await setting(page, 'session.idleMinutes').getByRole('spinbutton').fill('77');
    await page.getByTestId('changes').getByText('1 change not saved').waitFor();
    await page.getByRole('link', { name: 'Home' }).first().click();
    await mark.waitFor({ state: 'attached' });
    const asked = page.waitForEvent('dialog');
    const closing = page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await closing;
    await page.getByRole('link', { name: 'Settings' }).first().click();
    await page.getByTestId('changes').getByText('1 change not saved').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await mark.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Text' }).click();
    const text = page.getByLabel('Settings as text');
    const before = await text.inputValue();
    await text.fill(`${before}\n// not saved`);
    await page.getByRole('link', { name: 'Home' }).first().click();
    await mark.waitFor({ state: 'attached' });
    await page.goBack();
    expect(await text.inputValue()).toContain('// not saved');
    await page.getByRole('button', { name: 'Discard' }).click();
    await mark.waitFor({ state: 'detached' });
    await page.close();
  });

  it('keep a secret until another is typed, and the focus where one types', async () => {
    const { page } = await open('settings?q=models.providers.mine');
    const key = setting(page, 'models.providers.mine.apiKey');
    await key.getByRole('button', { name: 'Replace' }).click();
    const field = key.locator('input[type=password]');
    await until('it has the focus', async () => (await page.evaluate('document.activeElement.type')) === 'password');
    await field.fill('sk-x');
    await page.getByTestId('changes').getByText('1 change not saved').waitFor();
    await field.fill('');
    await page.getByTestId('changes').waitFor({ state: 'detached' });
    await field.pressSequentially('${secret:spare}');
    expect(await field.inputValue()).toBe('${secret:spare}');
    const address = setting(page, 'models.providers.mine.baseUrl').getByRole('textbox');
    await address.focus();
    await page.keyboard.press('End');
    await page.keyboard.type('/x');
    expect(await address.inputValue()).toBe('http://127.0.0.1:9/v1/x');
    expect(await field.inputValue()).toBe('${secret:spare}');
    await page.getByTestId('changes').getByText('2 changes not saved').waitFor();
    await key.getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('changes').getByText('1 change not saved').waitFor();
    await key.getByText('••••••••').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.close();
  });

  it('lose one entry of a list after the other, each with its own secret; blank lines are no texts', async () => {
    const { hash } = await bench.client.done('config.get');
    const hook = (id: string): object => ({
      id,
      url: `http://127.0.0.1:9/${id}`,
      secret: `of-${id}-1234`,
      events: ['x'],
    });
    await bench.client.done('config.patch', {
      raw: JSON.stringify({ hooks: { outbound: [hook('a'), hook('b'), hook('c')] } }),
      baseHash: hash,
      restart: false,
    });
    const { page } = await open('settings?s=hooks');
    const entry = page.locator('[data-testid=group][data-path="hooks.outbound[0]"]');
    await entry.getByRole('heading').click();
    for (const next of ['b', 'c']) {
      await entry.getByRole('button', { name: 'Remove 1' }).click();
      await until('the next is first', async () => {
        const id = setting(page, 'hooks.outbound[0].id').getByRole('textbox');
        return (await id.inputValue()) === next;
      });
    }
    const events = setting(page, 'hooks.outbound[0].events').getByRole('textbox');
    await events.fill('x\n\ny\n');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByTestId('changes').waitFor({ state: 'detached' });
    const { parsed } = await bench.client.done('config.get');
    const { outbound } = (parsed as { hooks: { outbound: object[] } }).hooks;
    expect(outbound).toMatchObject([{ id: 'c', events: ['x', 'y'] }]);
    await page.close();
  });

  it('wait for a restart where they need one, and the page comes back by itself', async () => {
    const { page } = await open('settings?s=discovery');
    await setting(page, 'discovery.mdns.mode').getByRole('combobox').selectOption('"off"');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const bar = page.getByTestId('restart');
    await bar.getByText('discovery.mdns.mode').waitFor();
    await bar.getByRole('button', { name: 'Restart now' }).click();
    await page.getByTestId('toast').filter({ hasText: 'The gateway is back.' }).waitFor();
    await bar.waitFor({ state: 'detached' });

    await page.getByLabel('Search settings').fill('gateway.tls');
    await setting(page, 'gateway.tls.enabled').getByRole('switch').click();
    await setting(page, 'gateway.tls.certPath').getByRole('textbox').fill('/nowhere/certificate.pem');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await bar.getByRole('button', { name: 'Restart now' }).click();
    await page.getByRole('alert').filter({ hasText: 'The settings from before it are back' }).waitFor();
    await page.getByRole('link', { name: 'Look at what was refused' }).click();
    await page.getByTestId('diff').getByText('"tls"').waitFor();
    expect(file()).not.toContain('"tls"');
    await page.close();
  });

  it('are written as text with the line of a fault, and come back from the history', async () => {
    const { page } = await open('settings?tab=raw');
    const field = page.getByLabel('Settings as text');
    const before = await field.inputValue();
    expect(before).not.toContain('CANARY');
    await field.fill('{\n  logging: {\n    level: "loud",\n  },\n}\n');
    await page.getByText('Line 3.').waitFor();
    await field.fill('{\n  logging: {\n    level: \n  },\n}\n');
    await page.getByText('Line 4.').waitFor();
    await field.fill(before.replace('"info"', '"warn"'));
    await page.getByText('Valid', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByTestId('toast').filter({ hasText: 'saved' }).waitFor();
    expect(file()).toContain('"warn"');
    expect(file()).not.toContain('REDACTED');
    await page.getByRole('link', { name: 'History' }).click();
    const versions = page.getByTestId('versions').getByRole('listitem');
    await versions.first().getByText('in the file').waitFor();
    await versions
      .nth(1)
      .getByRole('button', { name: /Restore/ })
      .click();
    await page.getByTestId('versions').getByText('in the file').waitFor();
    await until('it is back', () => !file().includes('"warn"'));
    await page.close();
  });
});
