import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

const DAY_MS = 86_400_000;
const { version } = JSON.parse(readFileSync(resolve(__dirname, '../../../package.json'), 'utf8')) as {
  version: string;
};

/** Figures that are shown: each is what the gateway knows, and becomes another when that does. */
describeWithBrowser('facts on the page', () => {
  let browser: Browser;
  let bench: ToolBench;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start({}, { cost: { input: 1000, output: 1000 } });
    ({ page, errors } = await openPage(browser));
    await page.goto(`${bench.gateway.http}/home#token=${TEST_TOKEN}`);
    await page.getByTestId('status-panel').waitFor();
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });

  const ask = async (message: string, runId: string): Promise<void> => {
    await bench.client.call('chat.send', { sessionKey: 'main', message, idempotencyKey: runId });
    await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 });
  };

  it('Home says what was spent, what failed, which model answers, and how many jobs there are', async () => {
    const spent = page.getByRole('region', { name: 'Spent today' });
    const health = page.getByTestId('status-panel');
    await spent.getByText('$0.00', { exact: true }).waitFor();
    await page.getByText('Nothing waits, and nothing failed today').waitFor();
    const jobs = page.getByTestId('next-jobs');
    await jobs.getByText('No job is planned').waitFor();
    await health.getByText('fake-1', { exact: true }).waitFor();
    expect(await health.innerText()).toContain(`version ${version}`);

    bench.models.answer = () => ({ steps: [{ text: 'Here you are.' }] });
    await ask('one', 'home-one');
    await spent.getByText('$0.11', { exact: true }).waitFor();
    await spent.getByText('110 tokens today · in 7 days: $0.11').waitFor();

    bench.models.answer = () => ({ steps: [], status: 401, body: { error: { message: 'bad key', type: 'auth' } } });
    await ask('two', 'home-two');
    const needs = page.getByRole('region', { name: 'Needs you' });
    await needs.getByText('No answer in “Main”').waitFor();
    await needs.getByText('refused the credentials').waitFor();
    await spent.getByText('110 tokens today').waitFor();

    await bench.client.call('cron.add', {
      name: 'Morning report',
      schedule: { kind: 'at', at: new Date(Date.now() + DAY_MS).toISOString() },
      payload: { kind: 'agentTurn', message: 'report' },
      sessionTarget: 'isolated',
    });
    const job = jobs.getByRole('listitem').filter({ hasText: 'Morning report' });
    await job.getByText('tomorrow at').waitFor();
    expect(await jobs.getByRole('listitem').count()).toBe(1);

    // It fails as the one before did, and is called by its name wherever that is told.
    const { id } = await bench.client.done<{ id: string }>('cron.add', {
      name: 'Photos [all]',
      schedule: { kind: 'every', everyMs: DAY_MS },
      payload: { kind: 'agentTurn', message: 'copy the photos' },
      sessionTarget: 'isolated',
    });
    const { runId } = await bench.client.done<{ runId: string }>('cron.run', { id, mode: 'force' });
    await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 });
    await jobs.getByRole('listitem').filter({ hasText: 'Photos' }).getByText('failed last time').waitFor();
    await needs.getByText('No answer in “Photos [all]”').waitFor();
    await page.goto(`${bench.gateway.http}/chats`);
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: 'Photos [all]' }).click();
    const asked = page.getByTestId('user-message');
    await asked.getByText('by a scheduled job').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).last().innerText()).toBe('Photos [all]');
    await page.goto(`${bench.gateway.http}/home`);
    await jobs.getByRole('link', { name: 'Photos [all]' }).click();
    await page.getByTestId('jobs').getByText('copy the photos').waitFor();
    expect(errors).toEqual([]);
  });

  it('the trace says how long an answer took and of how many tokens it was made', async () => {
    await page.goto(`${bench.gateway.http}/trace?id=home-one`);
    const facts = page.getByRole('region', { name: 'Message trace' });
    await facts.getByText('answered', { exact: true }).waitFor();
    await facts.getByTestId('time-line').getByText('100 tokens in, 10 out').waitFor();
    const said = (await facts.innerText()).replaceAll(/\s+/g, ' ');
    expect(said).toMatch(/Conversation Main Came in .* Took (\d+ ms|[\d.]+ s) Tokens 110 /);
    await page.goto(`${bench.gateway.http}/trace?id=home-two`);
    await facts.getByText('failed', { exact: true }).first().waitFor();
    expect(await facts.getByText('Tokens', { exact: true }).count()).toBe(0);
  });

  it('the views count what the gateway counts', async () => {
    const { month } = await bench.client.done<{ month: { forecastUsd: number } }>('usage.status', {});
    await page.goto(`${bench.gateway.http}/usage`);
    const forecast = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(month.forecastUsd);
    await page.getByTestId('month').getByRole('definition').filter({ hasText: forecast }).first().waitFor();
    expect(month.forecastUsd).toBeGreaterThanOrEqual(0.11);

    const { skills } = await bench.client.done<{ skills: { eligible: boolean }[] }>('skills.status', {});
    const ready = skills.filter(({ eligible }) => eligible).length;
    expect(ready).toBeGreaterThan(0);
    await page.goto(`${bench.gateway.http}/skills`);
    await page.getByText(`${ready} of ${skills.length} can be used here.`).waitFor();

    const { count } = await bench.client.done<{ count: number }>('sessions.list', {});
    await page.goto(`${bench.gateway.http}/agents`);
    await page.getByText(count === 1 ? '1 conversation ·' : `${count} conversations ·`).waitFor();

    await page.goto(`${bench.gateway.http}/devices`);
    const device = page.getByRole('region', { name: 'May connect' }).getByRole('listitem');
    await device.getByText('paired today').waitFor();
    await device.getByText('connected', { exact: true }).waitFor();
    expect(await device.count()).toBe(1);
    expect(errors).toEqual([]);
  });

  it('a device is connected as long as one of its windows is open, and no longer', async () => {
    const { page: other } = await openPage(browser);
    await other.goto(`${bench.gateway.http}/home#token=${TEST_TOKEN}`);
    await other.getByTestId('status-panel').waitFor();
    await page.goto(`${bench.gateway.http}/devices`);
    const devices = page.getByRole('region', { name: 'May connect' });
    await until('both', async () => (await devices.getByText('connected', { exact: true }).count()) === 2);
    const second = await other.context().newPage();
    await second.goto(`${bench.gateway.http}/home`);
    await second.getByTestId('status-panel').waitFor();
    await other.close();
    const present = async (): Promise<(string | undefined)[]> => {
      const { payload } = await bench.client.call('system-presence', {});
      return (payload as unknown as { mode: string; reason?: string }[])
        .filter(({ mode }) => mode === 'ui')
        .map(({ reason }) => reason);
    };
    // A third one comes and goes; whoever left before it has been noticed by then.
    const third = await second.context().newPage();
    await third.goto(`${bench.gateway.http}/home`);
    await third.getByTestId('status-panel').waitFor();
    await third.close();
    expect(await present()).toEqual(['connect', 'connect']);
    await second.context().close();
    await devices.getByText('away', { exact: true }).waitFor();
    expect(await devices.getByText('connected', { exact: true }).count()).toBe(1);
    await page.goto(`${bench.gateway.http}/home`);
  });
});
