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
    await page.getByText('Runs every weekday at 8:30 AM').waitFor();
    await page.getByRole('button', { name: 'Plan it' }).click();
    const job = page.getByTestId('jobs').getByRole('listitem').filter({ hasText: 'Calendar' }).first();
    await job.getByText('every weekday at 8:30 AM').waitFor();

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
    await job.getByText('every Monday at 7:15 AM').waitFor();

    await job.getByRole('button', { name: 'Duplicate' }).click();
    const copy = page.getByTestId('job-form');
    expect(await copy.getByLabel('Name').inputValue()).toBe('Calendar (copy)');
    expect(await copy.getByLabel('Time', { exact: true }).inputValue()).toBe('07:15');
    await copy.getByLabel('Name').fill('Diary');
    await copy.getByRole('button', { name: 'Plan it' }).click();
    const second = page.getByTestId('jobs').getByRole('listitem').filter({ hasText: 'Diary' }).first();
    await second.getByText('every Monday at 7:15 AM').waitFor();
    await second.getByRole('button', { name: 'Details' }).click();
    await second.getByRole('button', { name: 'Remove' }).click();
    await page.getByTestId('toast').filter({ hasText: 'Diary' }).getByRole('button', { name: 'Close' }).click();

    await job.getByRole('button', { name: 'Pause' }).click();
    await job.getByText('paused').waitFor();
    await job.getByRole('button', { name: 'Remove' }).click();
    await job.waitFor({ state: 'detached' });
    await page.getByTestId('toast').filter({ hasText: 'Calendar' }).getByRole('button', { name: 'Undo' }).click();
    await job.waitFor();
    await job.getByRole('button', { name: 'Details' }).click();
    await job.getByRole('button', { name: 'Remove' }).click();
    await page.getByTestId('toast').filter({ hasText: 'Removed' }).getByRole('button', { name: 'Close' }).click();
    await page.getByText('Nothing is planned').waitFor();
    await until('the end of the job', async () => {
      const { jobs } = await bench.client.done<{ jobs: unknown[] }>('cron.list', { includeDisabled: true });
      return jobs.length === 0;
    });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('stand in a calendar, what they did and what they will do, and lead from there to all of them', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'It is dry.' }] });
    const add = (name: string, schedule: object): Promise<{ id: string }> =>
      bench.client.done('cron.add', {
        name,
        schedule,
        sessionTarget: 'isolated',
        payload: { kind: 'agentTurn', message: `Look after ${name}.` },
      });
    const { id } = await add('Tomatoes', { kind: 'cron', expr: '0 12 1,15 * *' });
    await add('Heartbeat', { kind: 'every', everyMs: 600_000 });
    const { runId } = await bench.client.done<{ runId: string }>('cron.run', { id, mode: 'force' });
    await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 });
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/jobs#token=${TEST_TOKEN}`);
    await page.getByRole('link', { name: 'Calendar' }).click();
    const calendar = page.getByTestId('calendar');
    await calendar.getByTestId('frequent').getByText('every 10 minutes').waitFor();
    // What it has done today, and came of it.
    await page.getByTestId('day').getByText('done').waitFor();
    await calendar.getByRole('link', { name: 'Next month' }).click();
    const now = new Date();
    const next = new Date(now.getFullYear(), now.getMonth() + 1, 15);
    await calendar.getByRole('heading', { name: next.toLocaleDateString('en-US', { month: 'long' }) }).waitFor();
    const field = calendar.locator(`[data-day="${next.getFullYear()}-${`0${next.getMonth() + 1}`.slice(-2)}-15"]`);
    await field.getByText('12:00 PM').waitFor();
    // One that comes all day long is in no day.
    expect(await calendar.locator('td').getByText('Heartbeat').count()).toBe(0);
    await field.getByRole('link', { name: /15/ }).press('Enter');
    await page.getByTestId('day').getByText('12:00 PM').waitFor();
    expect(new URL(page.url()).search).toContain('show=calendar&day=');
    await page.getByTestId('day').getByRole('link', { name: 'Tomatoes' }).click();
    const job = page.getByTestId('jobs');
    await job.getByText('Look after Tomatoes.').waitFor();
    await job.getByText('It is dry.').waitFor();
    await job.getByRole('link', { name: 'Trace' }).click();
    await page.getByTestId('time-line').waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'All jobs' }).click();
    await page.getByText('Heartbeat').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it('are looked for by their names where there are many', async () => {
    for (let index = 0; index < 60; index++)
      await bench.client.done('cron.add', {
        name: `Job ${index}`,
        schedule: { kind: 'cron', expr: `${index} 4 * * 1` },
        payload: { kind: 'systemEvent', text: 'x' },
      });
    const { page } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/jobs#token=${TEST_TOKEN}`);
    const rows = page.getByTestId('jobs').getByRole('listitem');
    await until('the first ones', async () => (await rows.count()) === 50);
    await page.getByRole('button', { name: /^Show more of \d+ others/ }).click();
    await until('all of them', async () => (await rows.count()) >= 60);
    await page.getByLabel('Search jobs').fill('job 37');
    await until('the one', async () => (await rows.count()) === 1);
    await rows.getByText('Job 37').waitFor();
    await page.getByLabel('Search jobs').fill('no such job');
    await page.getByText('There is none of these').waitFor();
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
