import type { Browser, Page } from 'playwright-core';
import { Gate } from '../../fakes/model-formats/model-format';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { GatewayProcess, TEST_TOKEN, until } from '../../harness/gateway-process';
import { WireClient } from '../../harness/wire-client';
import { longTranscript } from '../../harness/long-session';

describeWithBrowser('the page by keys', () => {
  let browser: Browser;
  let gateway: GatewayProcess;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    browser = await openBrowser();
    gateway = await GatewayProcess.start();
    const client = await WireClient.connected(gateway.url);
    await client.done('sessions.import', { key: 'agent:main:plans', text: longTranscript(2) });
    await client.done('sessions.patch', { key: 'agent:main:plans', label: 'Plans of the year' });
    client.close();
    ({ page, errors } = await openPage(browser));
    await page.goto(`${gateway.http}/#token=${TEST_TOKEN}`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
  });
  afterAll(async () => {
    await gateway.stop();
    await browser.close();
  });

  const palette = () => page.getByRole('combobox', { name: 'View, conversation or action' });

  it('leads to views by their names of today and of before', async () => {
    await page.getByLabel('Message').click();
    await page.keyboard.press('Control+k');
    await palette().fill('cron');
    await page.getByRole('option', { name: /^Scheduled jobs/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Scheduled jobs' }).waitFor();
    expect(await palette().count()).toBe(0);
  });

  it('takes what is typed before it is there, which leads nowhere and is in no message', async () => {
    const { page: other } = await openPage(browser);
    const held = new Gate();
    await other.route(/\/palette-/, async (route) => {
      await held.opened;
      await route.continue();
    });
    await other.goto(`${gateway.http}/home#token=${TEST_TOKEN}`);
    await other.getByTestId('status-panel').waitFor();
    await other.keyboard.press('Control+k');
    // Two of these keys lead to the logs where nobody writes.
    await other.keyboard.type('gxl');
    await other.keyboard.press('Backspace');
    await other.keyboard.press('Backspace');
    await other.keyboard.type('l');
    held.open();
    const field = other.getByRole('combobox', { name: 'View, conversation or action' });
    await until('what was typed', async () => (await field.inputValue()) === 'gl');
    await other.getByRole('heading', { level: 1, name: /^Good / }).waitFor();
    await other.context().close();
  });

  it('leads to conversations, and does things', async () => {
    await page.keyboard.press('Control+k');
    await palette().waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('role')")).toBe('combobox');
    await palette().fill('plans of');
    const found = page.getByRole('option', { name: /^Plans of the year/ });
    await found.waitFor();
    expect(await palette().getAttribute('aria-activedescendant')).toBe(await found.getAttribute('id'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Plans of the year' }).waitFor();
    const before = await page.getByTestId('theme').innerText();
    await page.keyboard.press('Control+k');
    await palette().fill('colours');
    await page.keyboard.press('Enter');
    await palette().waitFor({ state: 'detached' });
    expect(await page.getByTestId('theme').innerText()).not.toBe(before);
    await page.keyboard.press('Control+k');
    await palette().fill('zzzz');
    await page.getByText('No match').waitFor();
    await page.keyboard.press('Escape');
    await palette().waitFor({ state: 'detached' });
  });

  it('tells its keys, which do nothing where somebody writes', async () => {
    await page.getByLabel('Message').fill('');
    await page.getByLabel('Message').pressSequentially('g h?n');
    expect(await page.getByLabel('Message').inputValue()).toBe('g h?n');
    await page.getByLabel('Message').fill('');
    await page.locator('#content').focus();
    await page.keyboard.press('?');
    await page.getByTestId('keys').getByText('New conversation').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('keys').waitFor({ state: 'detached' });
    await page.locator('#content').focus();
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.getByTestId('status-panel').waitFor();
    expect(errors).toEqual([]);
  });

  it('leads to the message field from everywhere, and forgets the first key of a pair', async () => {
    await page.goto(`${gateway.http}/agents?file=USER.md#token=${TEST_TOKEN}`);
    await page.getByLabel('Text of USER.md').waitFor();
    await page.locator('#content').focus();
    await page.keyboard.press('/');
    await page.getByLabel('Message').waitFor();
    await until(
      'the field has the focus',
      async () => (await page.evaluate("document.activeElement.hasAttribute('data-message-field')")) === true,
    );
    expect(await page.getByLabel('Message').inputValue()).toBe('');

    // What is written in between ends a pair.
    await page.locator('#content').focus();
    await page.keyboard.press('g');
    await page.getByLabel('Message').press('x');
    await page.locator('#content').focus();
    await page.keyboard.press('h');
    await page.keyboard.press('?');
    await page.getByTestId('keys').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('keys').waitFor({ state: 'detached' });
    // So does time.
    await page.locator('#content').focus();
    await page.keyboard.press('g');
    await page.waitForTimeout(1700);
    await page.keyboard.press('h');
    await page.keyboard.press('?');
    await page.getByTestId('keys').waitFor();
    expect(new URL(page.url()).pathname).toBe('/chats');
  });

  it('can be told to listen to no single key, and remembers it', async () => {
    const press = async (key: string): Promise<void> => {
      await page.locator('#content').focus();
      await page.keyboard.press(key);
    };
    await page.getByRole('switch', { name: 'Single-key shortcuts' }).click();
    await page.keyboard.press('Escape');
    await page.getByTestId('keys').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByLabel('Message').waitFor();
    await press('?');
    await page.keyboard.press('Control+k');
    await palette().fill('shortcuts');
    expect(await page.getByTestId('keys').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.getByRole('switch', { name: 'Single-key shortcuts' }).click();
    await page.keyboard.press('Escape');
    await page.getByTestId('keys').waitFor({ state: 'detached' });
    await press('?');
    await page.getByTestId('keys').waitFor();
  });
});
