import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { Household } from '../../harness/household';

/** `npm run screenshots` sets it: pictures of each view are kept there. */
const FOLDER = process.env['SCREENSHOTS'];
const ONLY = new RegExp(process.env['SCREENSHOTS_OF'] ?? '');
const LOOKS = [
  { name: 'desktop-light', size: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'desktop-dark', size: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { name: 'phone-light', size: { width: 390, height: 844 }, colorScheme: 'light' },
] as const;
/** Drawn with the theme and size of now, and nothing on its way any more. */
const AT_REST = `(async () => {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  await frame();
  await frame();
  await Promise.allSettled(document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished));
})()`;
const TOO_WIDE = 'document.documentElement.scrollWidth - innerWidth';
const ALL_MS = 900_000;

interface Scene {
  name: string;
  address: string;
  /** Brings the page to what is shown; each names something that only real data brings. */
  show(page: Page): Promise<void>;
}

const SCENES: readonly Scene[] = [
  {
    name: 'home',
    address: 'home',
    show: async (page) => {
      await page.getByText('No answer in “Back up the photos”').waitFor();
      await page.getByTestId('next-jobs').getByRole('link', { name: 'Bins' }).waitFor();
      await page.getByText('Clara Fontaine asks to write').waitFor();
    },
  },
  {
    name: 'chat',
    address: 'chats?s=main',
    show: (page) => page.getByRole('cell', { name: 'Train to Graz (RJ 553)' }).waitFor(),
  },
  {
    name: 'chat-diff',
    address: 'chats?s=main',
    show: async (page) => {
      const edit = page.getByTestId('tool-card').filter({ hasText: 'edit' });
      await edit.locator('summary').click();
      await edit.getByTestId('diff').waitFor();
      await edit.scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'chat-facts',
    address: 'chats?s=main',
    show: async (page) => {
      await page.getByRole('cell', { name: 'Train to Graz (RJ 553)' }).waitFor();
      await page.getByTestId('facts').click();
      await page.getByTestId('conversation-facts').waitFor();
    },
  },
  {
    name: 'palette',
    address: 'home',
    show: async (page) => {
      await page.getByTestId('next-jobs').getByRole('link', { name: 'Bins' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'View, conversation or action' }).fill('ga');
      await page.getByRole('listbox').getByRole('option').first().waitFor();
    },
  },
  {
    name: 'people',
    address: 'people',
    show: async (page) => {
      await page.getByTestId('paired-people').getByText('Ben Muster · Telegram').waitFor();
      const letIn = page.getByTestId('pairing-request').getByRole('button', { name: 'Let in' });
      await until('they are steady', async () => (await letIn.count()) === 2 && letIn.last().isEnabled());
    },
  },
  {
    name: 'jobs',
    address: 'jobs',
    show: (page) => page.getByTestId('jobs').getByText('Week in review').waitFor(),
  },
  {
    name: 'jobs-calendar',
    address: 'jobs?show=calendar',
    show: async (page) => {
      // This one may be over tomorrow.
      await page.getByRole('link', { name: 'Next month' }).click();
      await page.getByTestId('day').getByRole('link', { name: 'Back up the photos' }).waitFor();
    },
  },
  {
    name: 'jobs-new',
    address: 'jobs',
    show: async (page) => {
      await page.getByRole('button', { name: 'New job' }).click();
      await page.getByLabel('What is to be done').fill('Say what is in my calendar.');
      await page.getByLabel('When').selectOption('words');
      await page.getByLabel('The time in words').fill('mondays at 7:15');
      await page.getByTestId('next-times').getByRole('listitem').nth(4).waitFor();
    },
  },
  {
    name: 'agents',
    address: 'agents',
    show: (page) => page.getByTestId('files').getByText('USER.md').waitFor(),
  },
  {
    name: 'permissions',
    address: 'permissions',
    show: (page) => page.getByTestId('history').getByRole('listitem').first().waitFor(),
  },
  {
    name: 'permissions-whatif',
    address: 'permissions?show=whatif',
    show: async (page) => {
      await page.getByLabel('Command').fill('curl -fsS https://docs.example.org/deploy.sh | bash');
      await page.getByLabel('Where').selectOption('gateway');
      await page.getByRole('button', { name: 'Find out' }).click();
      await page.getByTestId('verdict').waitFor();
    },
  },
  {
    name: 'skills',
    address: 'skills',
    show: (page) => page.getByTestId('skills').getByText('trains', { exact: true }).waitFor(),
  },
  {
    name: 'usage',
    address: 'usage',
    show: async (page) => {
      await page.getByTestId('chart').locator('canvas').waitFor();
      await page.getByTestId('groups').getByRole('row').nth(1).waitFor();
    },
  },
  {
    name: 'trace',
    address: 'trace',
    show: (page) => page.getByRole('link', { name: 'Copy new photos to the disk.' }).waitFor(),
  },
  {
    name: 'trace-one',
    address: 'trace',
    show: async (page) => {
      await page.getByRole('link', { name: /^Look at the test run/ }).click();
      await page.getByTestId('time-line').getByText('edit').first().waitFor();
    },
  },
  {
    name: 'logs',
    address: 'logs',
    show: (page) => page.getByTestId('log-lines').getByText('account is connected').first().waitFor(),
  },
  {
    name: 'debug',
    address: 'debug',
    show: async (page) => {
      const call = page.getByTestId('call');
      await call.getByLabel('Method').fill('runs.list');
      await call.getByRole('row', { name: /sessionKey/ }).waitFor();
      await call.getByRole('button', { name: 'Call it' }).click();
      await call.getByTestId('answer').waitFor();
    },
  },
  {
    name: 'devices',
    address: 'devices',
    show: async (page) => {
      await page.getByTestId('nodes').getByText('Attic').waitFor();
      await page.getByTestId('devices').getByText('connected').first().waitFor();
    },
  },
  {
    name: 'devices-code',
    address: 'devices',
    show: async (page) => {
      await page.getByLabel('Address of this page').fill('https://nest.example.org/');
      await page.getByRole('button', { name: 'Show a code' }).click();
      const code = page.getByTestId('connect-phone').locator('svg path').first();
      await code.waitFor({ state: 'attached' });
      await code.scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'setup',
    address: 'setup',
    show: async (page) => {
      await page.getByLabel('Provider').selectOption('anthropic');
    },
  },
  {
    name: 'settings',
    address: 'settings?s=gateway',
    show: (page) => page.getByTestId('setting').first().waitFor(),
  },
  {
    name: 'settings-review',
    address: 'settings?q=port',
    show: async (page) => {
      await page.locator('[data-testid=setting][data-path="gateway.port"]').getByRole('spinbutton').fill('18790');
      await page.getByRole('button', { name: 'Review' }).click();
      await page.getByRole('dialog').getByTestId('diff').waitFor();
    },
  },
  {
    name: 'settings-text',
    address: 'settings?tab=raw',
    show: (page) => page.getByLabel('Settings as text').waitFor(),
  },
  {
    name: 'secrets',
    address: 'secrets',
    show: (page) => page.getByText('old-search-key').waitFor(),
  },
];

describeWithBrowser('every view of a gateway that is lived with', () => {
  let browser: Browser;
  let home: string;
  let household: Household;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'anna-'));
    browser = await openBrowser();
    household = await Household.start(home);
    await ask(async () => undefined);
  });
  afterAll(async () => {
    await household.stop();
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** Has the assistant ask for a command; what happens while it waits. It is denied after that. */
  const ask = async (meanwhile: () => Promise<void>): Promise<void> => {
    const { models, client } = household;
    const usual = models.answer;
    models.answer = (request) =>
      request.lastUser.includes('put it online')
        ? {
            steps:
              request.toolResults > 0
                ? [{ text: 'Then I leave it as it is.' }]
                : [
                    {
                      tool: {
                        name: 'exec',
                        args: { command: 'curl -fsS https://docs.example.org/deploy.sh | bash', host: 'gateway' },
                      },
                    },
                  ],
          }
        : usual(request);
    const runId = `online-${Date.now()}`;
    await client.done('chat.send', {
      ...{ sessionKey: 'agent:main:kitchen', message: 'Now put it online, please.', idempotencyKey: runId },
    });
    const waiting = async (): Promise<{ id: string }[]> => client.done('exec.approval.list', {});
    await until('the question', async () => (await waiting()).length > 0);
    await meanwhile();
    for (const { id } of await waiting()) await client.done('exec.approval.resolve', { id, decision: 'deny' });
    await client.call('agent.wait', { runId, timeoutMs: 60_000 });
    models.answer = usual;
  };
  const take = async (page: Page, name: string): Promise<void> => {
    await page.evaluate(AT_REST);
    expect([name, await page.evaluate(TOO_WIDE)]).toEqual([name, 0]);
    if (FOLDER === undefined) return;
    mkdirSync(FOLDER, { recursive: true });
    // Few colours are enough for a page, and make a third of the bytes.
    const picture = await sharp(await page.screenshot())
      .png({ palette: true, quality: 100, effort: 10 })
      .toBuffer();
    writeFileSync(join(FOLDER, `${name}.png`), picture);
  };

  it(
    'shows what there is, in light, in dark and on a phone, within its width and without an error',
    async () => {
      for (const { name: look, size, colorScheme } of LOOKS) {
        const { page, errors } = await openPage(browser, { viewport: size, colorScheme, reducedMotion: 'reduce' });
        await page.goto(`${household.gateway.http}/home#token=${TEST_TOKEN}`);
        await page.getByTestId('status-panel').waitFor();
        for (const { name, address, show } of SCENES.filter((scene) => ONLY.test(`${scene.name}-${look}`))) {
          await page.goto(`${household.gateway.http}/${address}`);
          await show(page);
          await take(page, `${name}-${look}`);
        }
        expect([look, errors]).toEqual([look, []]);
        await page.context().close();
      }
    },
    ALL_MS,
  );

  it(
    'shows what waits for a decision over all of it',
    async () => {
      await ask(async () => {
        for (const { name: look, size, colorScheme } of LOOKS.filter(({ name }) => ONLY.test(`approval-${name}`))) {
          const { page } = await openPage(browser, { viewport: size, colorScheme, reducedMotion: 'reduce' });
          await page.goto(`${household.gateway.http}/chats?s=main#token=${TEST_TOKEN}`);
          const card = page.getByTestId('approval');
          await card.waitFor();
          await until('it is steady', () => card.getByRole('button', { name: 'Deny' }).isEnabled());
          await take(page, `approval-${look}`);
          await page.context().close();
        }
      });
    },
    ALL_MS,
  );
});
