import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

describeWithBrowser('jobs on the page', () => {
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

  it('are planned, run at once, paused, and removed with a way back', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'Two meetings today.' }] });
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/jobs#token=${TEST_TOKEN}`);
    await page.getByRole('button', { name: 'New job' }).click();
    await page.getByLabel('What is to be done').fill('Say what is in my calendar.');
    await page.getByLabel('Name').fill('Calendar');
    await page.getByLabel('Time').fill('08:30');
    await page.getByText('Runs every weekday at 08:30').waitFor();
    await page.getByRole('button', { name: 'Plan it' }).click();
    const job = page.getByTestId('jobs').getByRole('listitem').filter({ hasText: 'Calendar' }).first();
    await job.getByText('every weekday at 08:30').waitFor();

    await job.getByRole('button', { name: 'Run now' }).click();
    await job.getByText('last done').waitFor();
    await job.getByRole('button', { name: 'Details' }).click();
    await job.getByText('Two meetings today.').waitFor();

    await job.getByRole('button', { name: 'Change' }).click();
    const form = job.getByTestId('job-form');
    expect(await form.getByLabel('What is to be done').inputValue()).toBe('Say what is in my calendar.');
    await form.getByLabel('When').selectOption('words');
    await form.getByLabel('The time in words').fill('at tea time');
    await form.getByText('is no schedule that is understood').waitFor();
    expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await form.getByLabel('The time in words').fill('mondays at 7:15');
    await until('five times', async () => (await form.getByTestId('next-times').getByRole('listitem').count()) === 5);
    await form.getByRole('button', { name: 'Save' }).click();
    await job.getByText('every Monday at 07:15').waitFor();

    await job.getByRole('button', { name: 'Duplicate' }).click();
    const copy = page.getByTestId('job-form');
    expect(await copy.getByLabel('Name').inputValue()).toBe('Calendar (copy)');
    expect(await copy.getByLabel('Time', { exact: true }).inputValue()).toBe('07:15');
    await copy.getByLabel('Name').fill('Diary');
    await copy.getByRole('button', { name: 'Plan it' }).click();
    const second = page.getByTestId('jobs').getByRole('listitem').filter({ hasText: 'Diary' }).first();
    await second.getByText('every Monday at 07:15').waitFor();
    await second.getByRole('button', { name: 'Remove' }).click();
    await page.getByTestId('toast').filter({ hasText: 'Diary' }).getByRole('button', { name: 'Close' }).click();

    await job.getByRole('button', { name: 'Pause' }).click();
    await job.getByText('paused').waitFor();
    await job.getByRole('button', { name: 'Remove' }).click();
    await job.waitFor({ state: 'detached' });
    await page.getByTestId('toast').filter({ hasText: 'Removed' }).getByRole('button', { name: 'Undo' }).click();
    await job.waitFor();
    await job.getByRole('button', { name: 'Remove' }).click();
    await page.getByTestId('toast').filter({ hasText: 'Removed' }).getByRole('button', { name: 'Close' }).click();
    await page.getByText('Nothing is planned').waitFor();
    expect((await bench.client.call('cron.list', { includeDisabled: true })).payload).toMatchObject({ jobs: [] });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('says what is wrong with a time that there is not', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/jobs#token=${TEST_TOKEN}`);
    await page.getByRole('button', { name: 'New job' }).click();
    await page.getByLabel('What is to be done').fill('Anything.');
    await page.getByLabel('When').selectOption('expression');
    await page.getByLabel('Expression').fill('at tea time');
    await page.getByRole('button', { name: 'Plan it' }).click();
    await page.getByRole('alert').filter({ hasText: 'It was not planned.' }).waitFor();
    await page.close();
  });
});
