import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { FakeTelegram } from '../../fakes/telegram-server';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';
import { WireClient } from '../../harness/wire-client';

/** A platform that had no account before is connected by a start, during which the page asks in vain. */
const notOfRestart = (error: string): boolean => !error.includes('ERR_CONNECTION_REFUSED');

describeWithBrowser('people and channels on the page', () => {
  let browser: Browser;
  let telegram: FakeTelegram;
  let bench: ToolBench;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    browser = await openBrowser();
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start({
      config: { channels: { telegram: { enabled: false, apiRoot: telegram.apiRoot, allowFrom: ['900', '@aunt'] } } },
    });
    bench.models.answer = () => ({ steps: [{ text: 'Welcome.' }] });
    ({ page, errors } = await openPage(browser));
    await page.goto(`${bench.gateway.http}/people#token=${TEST_TOKEN}`);
  });
  afterAll(async () => {
    await bench.stop();
    await telegram.stop();
    await browser.close();
  });

  const rolesOf = async (): Promise<Record<string, string>> => {
    // The gateway has started again since the bench connected.
    const client = await WireClient.connected(bench.gateway.url);
    const { approved } = await client.done<{ approved: { senderId: string; role: string }[] }>(
      'channels.pairing.list',
      {},
    );
    client.close();
    return Object.fromEntries(approved.map(({ senderId, role }) => [senderId, role]));
  };

  it('connects a platform once its token has worked, keeps the token encrypted, and tries it again', async () => {
    await page.getByRole('button', { name: 'Connect a platform' }).click();
    const form = page.getByTestId('connect-platform');
    await form.getByLabel('Platform', { exact: true }).selectOption('telegram');
    await form.getByLabel('Bot token').fill('7000:CANARY-wrong');
    await form.getByRole('button', { name: 'Try it' }).click();
    await form.getByRole('alert').filter({ hasText: 'That token does not work.' }).waitFor();
    expect(await form.getByRole('button', { name: 'Connect' }).isDisabled()).toBe(true);
    await form.getByLabel('Bot token').fill(telegram.token);
    expect(await form.getByRole('button', { name: 'Connect' }).isDisabled()).toBe(true);
    await form.getByRole('button', { name: 'Try it' }).click();
    await form.getByText('Works: it is nest_test_bot').waitFor();
    await form.getByRole('button', { name: 'Connect' }).click();
    const account = page.getByRole('listitem').filter({ hasText: 'Telegram' }).first();
    await account.getByText('connected', { exact: true }).waitFor();
    await form.waitFor({ state: 'detached' });
    const file = readFileSync(join(bench.gateway.stateDir, 'openclaw.json'), 'utf8');
    expect(JSON.parse(file)).toMatchObject({
      channels: { telegram: { enabled: true, botToken: '${secret:telegram-bot-token}' } },
    });
    expect(readFileSync(join(bench.gateway.stateDir, 'secrets.json'), 'utf8')).not.toContain(telegram.token);

    await account.getByRole('button', { name: 'Details' }).click();
    await account.getByText('new people ask with a code').first().waitFor();
    await account.getByRole('button', { name: 'Try it now' }).click();
    await page.getByTestId('toast').filter({ hasText: 'Telegram works: it is nest_test_bot' }).waitFor();
    await account.getByRole('link', { name: 'Who may write' }).click();
    await page.locator('[data-testid=setting][data-path="channels.telegram.dmPolicy"]').waitFor();
    await page.goBack();
    expect(errors.filter(notOfRestart)).toEqual([]);
  });

  it('says what follows from letting somebody in, who may do what, and takes all of it back', async () => {
    const listed = page.getByTestId('listed-people');
    await listed.getByText('Id 900 · Telegram').waitFor();
    await listed.getByRole('listitem').filter({ hasText: '@aunt' }).getByText('nothing of yours').waitFor();
    await listed.getByRole('listitem').filter({ hasText: 'Id 900' }).getByText('Everything that you may').waitFor();

    telegram.say({ chatId: 77, text: 'Hello?', name: 'Ben Muster' });
    const card = page.getByTestId('pairing-request');
    await card.getByText('Ben Muster wants to write').waitFor();
    // There is an owner: whoever comes next is a guest.
    expect(await card.getByLabel('Let in as').inputValue()).toBe('guest');
    await card.getByText('nothing of yours, and no commands').waitFor();
    await card.getByLabel('Let in as').selectOption('owner');
    await card.getByText('Everything that you may').waitFor();
    await card.getByLabel('Let in as').selectOption('guest');
    const letIn = card.getByRole('button', { name: 'Let in' });
    await until('it is steady', () => letIn.isEnabled());
    await letIn.click();
    const ben = page.getByTestId('paired-people').getByRole('listitem');
    await ben.getByText('Ben Muster · Telegram').waitFor();
    await ben.getByText('id 77').waitFor();
    expect(await rolesOf()).toEqual({ 77: 'guest' });

    await ben.getByLabel('What Ben Muster is').selectOption('owner');
    await ben.getByText('Everything that you may').waitFor();
    expect(await rolesOf()).toEqual({ 77: 'owner' });
    await ben.getByRole('button', { name: 'Shut out' }).click();
    const gone = page.getByTestId('toast').filter({ hasText: 'Ben Muster can’t write' });
    await gone.waitFor();
    expect(await rolesOf()).toEqual({});
    await gone.getByRole('button', { name: 'Undo' }).click();
    await ben.getByText('Ben Muster · Telegram').waitFor();
    expect(await rolesOf()).toEqual({ 77: 'owner' });

    // Whoever has changed their name is called by the new one.
    telegram.say({ chatId: 77, text: 'It is me', name: 'Benjamin' });
    await until('the answer', () => telegram.textsIn(77).includes('Welcome.'));
    await page.reload();
    await ben.getByText('Benjamin · Telegram').waitFor();
    await ben.getByLabel('What Benjamin is').selectOption('guest');
    await ben.getByText('nothing of yours').waitFor();
    telegram.say({ chatId: 77, text: 'Something of my own', name: 'Benjamin' });
    await until('another answer', () => telegram.textsIn(77).filter((text) => text === 'Welcome.').length === 2);
    // So is the conversation that is theirs alone, not by what was said first.
    await page.goto(`${bench.gateway.http}/chats`);
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Benjamin' }).waitFor();
    expect(errors.filter(notOfRestart)).toEqual([]);
  });
});
