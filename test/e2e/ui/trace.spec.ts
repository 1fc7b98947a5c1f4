import type { Browser } from 'playwright-core';
import { FakeTelegram } from '../../fakes/telegram-server';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

const ANNA = 810_000;

describeWithBrowser('the trace of a message on the page', () => {
  let browser: Browser;
  let telegram: FakeTelegram;
  let bench: ToolBench;
  beforeAll(async () => {
    browser = await openBrowser();
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start({
      config: {
        channels: {
          telegram: {
            botToken: telegram.token,
            apiRoot: telegram.apiRoot,
            dmPolicy: 'allowlist',
            allowFrom: [ANNA],
            streamMode: 'off',
          },
        },
      },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await telegram.stop();
    await browser.close();
  });

  it('says why one was not answered, and has it tried again', async () => {
    bench.models.answer = () => ({ steps: [], status: 401, body: { error: { message: 'bad key', type: 'auth' } } });
    telegram.say({ chatId: ANNA, text: 'When does the train leave?', name: 'Anna' });
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/trace#token=${TEST_TOKEN}`);
    await page.getByLabel('Show').selectOption('Failed');
    const row = page.getByTestId('runs').getByRole('listitem').filter({ hasText: 'When does the train leave?' });
    await row.getByText('failed', { exact: true }).waitFor();
    await row.getByText('Anna on Telegram').waitFor();
    await row.getByRole('link').click();
    const cause = page.getByTestId('cause');
    await cause.getByText('refused the credentials').waitFor();

    bench.models.answer = () => ({ steps: [{ text: 'At ten past nine.' }] });
    await cause.getByRole('button', { name: 'Try again' }).click();
    await until('the answer', () => telegram.textsIn(ANNA).includes('At ten past nine.'));
    await page.getByTestId('cause').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'All messages' }).click();
    const again = page.getByTestId('runs').getByRole('listitem').filter({ hasText: 'When does the train leave?' });
    await again.getByText('answered', { exact: true }).waitFor();
    await again.getByRole('link').click();
    const line = page.getByTestId('time-line');
    await line.getByText('Received from Telegram').waitFor();
    await line.getByText('fake/fake-1').waitFor();
    await line.getByText(/tokens in/).waitFor();
    await line.getByText('Sent to Telegram').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it('is one step away from where a conversation says that there is no answer, and from Home', async () => {
    bench.models.answer = () => ({ steps: [], status: 401, body: { error: { message: 'bad key', type: 'auth' } } });
    const { page } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/#token=${TEST_TOKEN}`);
    await page.getByLabel('Message', { exact: true }).fill('Will it rain?');
    await page.keyboard.press('Enter');
    // The first note is of the question above, which was tried again.
    await page.getByTestId('run-note').nth(1).getByRole('link', { name: 'What happened' }).click();
    await page.getByTestId('time-line').waitFor();
    await page.getByRole('main').getByText('Will it rain?').first().waitFor();
    await page.getByRole('link', { name: 'Home' }).first().click();
    await page.getByRole('main').getByRole('link', { name: 'What happened' }).first().click();
    await page.getByTestId('time-line').waitFor();
    expect(page.url()).toContain('/trace?id=');
    // An answer has its way there as well.
    bench.models.answer = () => ({ steps: [{ text: 'It will.' }] });
    await page.goto(`${bench.gateway.http}/chats`);
    await page.getByLabel('Message', { exact: true }).fill('And tomorrow?');
    await page.keyboard.press('Enter');
    await page
      .getByTestId('assistant-message')
      .filter({ hasText: 'It will.' })
      .getByRole('link', { name: 'Trace' })
      .click();
    await page.getByTestId('time-line').waitFor();
    await page.getByText('And tomorrow?').waitFor();
    await page.close();
  });

  it('shows what a tool said and what waited for a decision, and finds a delivery that was given up by its id', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'It does not arrive.' }] });
    telegram.faults.add('sendMessage', {
      kind: 'status',
      status: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    telegram.say({ chatId: ANNA, text: 'Are you there?', name: 'Anna' });
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/trace#token=${TEST_TOKEN}`);
    const given = page.getByTestId('given-up').getByRole('listitem').filter({ hasText: 'It does not arrive.' });
    await given.getByText('blocked').waitFor();
    await given.getByRole('link', { name: 'Trace' }).click();
    await page.getByTestId('cause').getByText('The answer was not delivered').waitFor();
    await page.getByTestId('cause').getByRole('button', { name: 'Send it again' }).waitFor();
    await page.getByTestId('cause').getByRole('button', { name: 'Send it again' }).click();
    await until('the delivery', () => telegram.textsIn(ANNA).includes('It does not arrive.'));
    await page.getByTestId('cause').waitFor({ state: 'detached' });

    await bench.turn([{ name: 'read', args: { path: 'there-is-none.md' } }], { message: 'Read it.' });
    await page.goto(`${bench.gateway.http}/trace`);
    await page.getByRole('link', { name: 'Read it.' }).click();
    const tool = page.getByTestId('time-line').getByRole('listitem').filter({ hasText: 'Tool read' });
    await tool.getByText('failed').waitFor();
    await page.getByRole('button', { name: 'Open the chat' }).click();
    await page.getByTestId('user-message').filter({ hasText: 'Read it.' }).waitFor();

    await page.goto(`${bench.gateway.http}/trace`);
    await page.getByLabel('Look for one').fill('nobody-knows-this');
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByText('Nothing is known of it').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it('is refused for what did not fail', async () => {
    const { runs } = (await bench.client.call('runs.list', { state: 'answered', limit: 1 })).payload as {
      runs: { id: string }[];
    };
    const refused = await bench.client.call('runs.again', { id: runs[0]?.id });
    expect(refused.error?.message).toContain('only messages of people that failed');
    expect((await bench.client.call('runs.again', { id: 'nobody' })).error?.message).toContain('there is no run');
  });
});
