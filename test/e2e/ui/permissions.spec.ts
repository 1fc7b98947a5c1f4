import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

const TRAVEL = 'agent:main:travel';
const EVIL = 'echo \u202ehs.tpircs\u202c \u200bhidden';

describeWithBrowser('what it may do, on the page', () => {
  let browser: Browser;
  let bench: ToolBench;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start();
    ({ page, errors } = await openPage(browser));
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });

  const open = (address: string): Promise<unknown> => page.goto(`${bench.gateway.http}/${address}#token=${TEST_TOKEN}`);
  const answer = (command: string, button: string, sessionKey?: string): Promise<string[]> =>
    bench.turn([{ name: 'exec', args: { command, host: 'gateway' } }], {
      ...(sessionKey === undefined ? {} : { sessionKey }),
      meanwhile: async () => {
        const card = page.getByTestId('approval');
        await card.waitFor();
        const press = card.getByRole('button', { name: button });
        await until('it is steady', () => press.isEnabled());
        await press.click();
        await card.waitFor({ state: 'detached' });
      },
    });
  const storedRules = (): string => readFileSync(join(bench.gateway.stateDir, 'exec-approvals.json'), 'utf8');
  const ask = async (): Promise<string> => {
    await page.getByRole('button', { name: 'Find out' }).click();
    const verdict = page.getByTestId('verdict');
    await verdict.waitFor();
    return verdict.innerText();
  };

  it('takes one from a question to its rule, and back: asked, allowed always, listed, removed, undone, removed', async () => {
    await open('permissions?show=whatif');
    await page.getByLabel('Command').fill('mkdir photos');
    await page.getByLabel('Where').selectOption('gateway');
    expect(await ask()).toMatch(/You are asked[^]*mkdir is not on the allow-list/);

    await answer('mkdir photos', 'Always allow');
    await until('the rule is written', () => storedRules().includes('photos'));
    expect(await ask()).toMatch(/without a question[^]*allow-list/);

    await page.getByRole('link', { name: 'Decisions' }).click();
    const done = page.getByTestId('history').getByRole('listitem').filter({ hasText: 'mkdir photos' });
    await done.getByText('Allowed always, and it ran').waitFor();
    await done.getByText(/by Chrome on /).waitFor();
    await done.getByRole('button', { name: 'Details' }).click();
    await done.getByText('mkdir is not on the allow-list').waitFor();

    await page.getByRole('link', { name: 'Rules' }).click();
    const rule = page.getByTestId('allow-list').getByRole('listitem').filter({ hasText: 'mkdir photos' });
    await rule.getByRole('button', { name: 'Remove' }).click();
    await rule.waitFor({ state: 'detached' });
    expect(storedRules()).not.toContain('photos');
    await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
    await rule.waitFor();
    expect(storedRules()).toContain('photos');
    await rule.getByRole('button', { name: 'Remove' }).click();
    await rule.waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'What if' }).click();
    await page.getByLabel('Command').fill('mkdir photos');
    await page.getByLabel('Where').selectOption('gateway');
    expect(await ask()).toContain('You are asked');
  });

  it('shows what is allowed for a conversation, takes it back, and asks again from then on', async () => {
    await open('permissions?show=rules');
    await answer('mkdir travel', 'For this conversation', TRAVEL);
    const granted = page.getByTestId('conversation-rules').getByRole('listitem').filter({ hasText: 'mkdir travel' });
    await granted.getByText(/by Chrome on /).waitFor();
    // It runs again without a question.
    await bench.turn([{ name: 'exec', args: { command: 'mkdir travel', host: 'gateway' } }], { sessionKey: TRAVEL });
    await granted.getByRole('button', { name: 'Take back' }).click();
    await page.getByText('Nothing is allowed for a whole conversation').waitFor();
    await answer('mkdir travel', 'Deny', TRAVEL);
    await page.getByRole('link', { name: 'Decisions' }).click();
    const first = page.getByTestId('history').getByRole('listitem').filter({ hasText: 'mkdir travel' }).last();
    await first.getByRole('button', { name: 'Details' }).click();
    await first.getByText(/taken back by Chrome on /).waitFor();
  });

  it('tells denials with their reason, and spells out what can’t be seen', async () => {
    await open('permissions');
    await answer(EVIL, 'Deny');
    const denied = page.getByTestId('history').getByRole('listitem').filter({ hasText: 'hidden' });
    await denied.getByText('Denied').waitFor();
    expect(await denied.innerText()).toContain('⟨U+202E⟩');
    expect(await denied.innerText()).not.toMatch(/[\u202e\u200b]/);
    await denied.getByRole('button', { name: 'Details' }).click();
    expect(await denied.innerText()).not.toMatch(/[\u202e\u200b]/);
  });

  it('lists what waits, without buttons of its own', async () => {
    await open('permissions');
    await bench.turn([{ name: 'exec', args: { command: 'mkdir waiting', host: 'gateway' } }], {
      meanwhile: async () => {
        const row = page.getByTestId('waiting').getByRole('listitem').filter({ hasText: 'mkdir waiting' });
        await row.waitFor();
        expect(await row.getByRole('button').count()).toBe(0);
        const deny = page.getByTestId('approval').getByRole('button', { name: 'Deny' });
        await until('it is steady', () => deny.isEnabled());
        await deny.click();
        await row.waitFor({ state: 'detached' });
      },
    });
    await page.getByText('Nothing is waiting for approval').waitFor();
  });

  it('judges addresses, tools and what can’t be read', async () => {
    await open('permissions?show=whatif');
    await page.getByLabel('What happens').selectOption('address');
    await page.getByLabel('Address', { exact: true }).fill('http://169.254.169.254/latest');
    expect(await ask()).toMatch(/It is refused[^]*blocked_address/);
    await page.getByLabel('Address', { exact: true }).fill('https://93.184.216.34/?q=1');
    await page.getByLabel('What it has read before').selectOption('web');
    expect(await ask()).toMatch(/You are asked[^]*a web page/);
    await page.getByLabel('Where the address is from').selectOption('you');
    expect(await ask()).toContain('without a question');
    await page.getByLabel('What happens').selectOption('tool');
    await page.getByLabel('Tool').selectOption('read');
    await page.getByLabel('Parameters').fill('{"path": ');
    await page.getByRole('button', { name: 'Find out' }).click();
    await page.getByRole('alert').filter({ hasText: 'not valid JSON' }).waitFor();
    await page.getByLabel('Parameters').fill('{"path": "/etc/passwd"}');
    expect(await ask()).toMatch(/It is refused[^]*outside_workspace/);
  });

  it('shows no verdict of a question that was changed meanwhile', async () => {
    const { page: other } = await openPage(browser);
    const held: (() => void)[] = [];
    let isHeld = false;
    await other.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        if (isHeld) held.push(() => socket.send(message));
        else socket.send(message);
      });
    });
    await other.goto(`${bench.gateway.http}/permissions?show=whatif#token=${TEST_TOKEN}`);
    await other.getByTestId('connection').and(other.locator('[data-state=connected]')).waitFor();
    await other.getByLabel('Command').fill('mkdir one');
    await other.getByLabel('Where').selectOption('gateway');
    isHeld = true;
    await other.getByRole('button', { name: 'Find out' }).click();
    await until('an answer is under way', () => held.length > 0);
    await other.getByLabel('Command').fill('mkdir two');
    isHeld = false;
    for (const pass of held) pass();
    // Time to show it, if it were shown.
    await other.waitForTimeout(500);
    expect(await other.getByTestId('verdict').count()).toBe(0);
    await other.close();
  });

  it('shows the policy with where it comes from, and follows a change of the configuration', async () => {
    await open('permissions?show=policy');
    const asked = page.getByTestId('policy-asked');
    await asked.getByText('tools.exec.ask = on-miss, by default').waitFor();
    const { hash } = await bench.client.done<{ hash: string }>('config.get');
    await bench.client.done('config.patch', { raw: '{ tools: { exec: { ask: "always" } } }', baseHash: hash });
    await asked.getByText('tools.exec.ask = always, set by you').waitFor();
  });

  it('is where the addresses of OpenClaw lead', async () => {
    await open('approvals');
    await page.getByRole('heading', { level: 1, name: 'What it may do' }).waitFor();
    expect(page.url()).toContain('/permissions');
    // The change of the configuration has restarted the gateway.
    expect(errors.filter((error) => !error.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
  });
});
