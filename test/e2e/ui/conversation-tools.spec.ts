import { readFileSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { ToolBench } from '../../harness/tool-bench';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const NOTE = Buffer.from('the note says seven');

describeWithBrowser('a conversation in the page', () => {
  let browser: Browser;
  let bench: ToolBench;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start({}, { input: ['text', 'image'], cost: { input: 1000, output: 1000 } });
    ({ page, errors } = await openPage(browser));
    await page.goto(`${bench.gateway.http}/#token=${TEST_TOKEN}`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });
  beforeEach(() => {
    bench.models.answer = (request) => ({ steps: [{ text: `Answer to ${request.lastUser.replace(/\s.*/s, '')}.` }] });
  });

  const open = async (name: string): Promise<void> => {
    await page.goto(`${bench.gateway.http}/chats?s=agent:main:${name}`);
    await page.getByLabel('Message').waitFor();
  };
  const say = async (text: string): Promise<void> => {
    await page.getByLabel('Message').fill(text);
    await page.keyboard.press('Enter');
  };
  const answer = (text: string) => page.getByTestId('assistant-message').filter({ hasText: text });
  const mine = (text: string) => page.getByTestId('user-message').filter({ hasText: text });
  const settled = (): Promise<void> => page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });

  /** Names of the files that the browser would still have after a crash. */
  const keptNames = (): Promise<string[]> =>
    page.evaluate(
      `new Promise((resolve, reject) => {
        const opened = indexedDB.open('openclaw.files');
        opened.onerror = () => reject(opened.error);
        opened.onsuccess = () => {
          const all = opened.result.transaction('files').objectStore('files').getAll();
          all.onsuccess = () => {
            opened.result.close();
            resolve(all.result.flat().map(({ name }) => name));
          };
        };
      })`,
    );

  it('takes files that are picked, pasted and dropped; keeps them over a reload; sends them', async () => {
    await open('files');
    await page.getByLabel('Files to attach').setInputFiles([
      { name: 'dot.png', mimeType: 'image/png', buffer: PIXEL },
      { name: 'note.txt', mimeType: 'text/plain', buffer: NOTE },
      { name: 'huge.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(6_000_000) },
    ]);
    const attached = page.getByTestId('attached');
    await attached.getByText('note.txt').waitFor();
    expect(await attached.innerText()).toContain('text/plain · 19 bytes');
    expect(await attached.locator('img').count()).toBe(1);
    await page.getByTestId('toast').filter({ hasText: '“huge.bin” has 6 MB' }).waitFor();
    for (const [event, name] of [
      ['paste', 'pasted.txt'],
      ['drop', 'dropped.txt'],
    ] as const)
      await page.evaluate(
        `(() => {
          const data = new DataTransfer();
          data.items.add(new File(['x'], '${name}', { type: 'text/plain' }));
          const field = document.querySelector('textarea');
          const Event = '${event}' === 'paste' ? ClipboardEvent : DragEvent;
          field.dispatchEvent(new Event('${event}', { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data }));
        })()`,
      );
    await attached.getByText('dropped.txt').waitFor();
    await attached.getByText('pasted.txt').waitFor();
    await attached.getByRole('button', { name: 'Remove pasted.txt' }).click();
    // The browser writes in its own time, and a reload does not wait for it.
    await until('the removal to be kept', async () => (await keptNames()).length === 3);
    await page.reload();
    await attached.getByText('dropped.txt').waitFor();
    expect(await attached.getByRole('listitem').count()).toBe(3);
    await say('look');
    await answer('Answer to look.').waitFor();
    await settled();
    expect(await attached.count()).toBe(0);
    await mine('look').locator('img').waitFor();
    await mine('look').getByText('note.txt · text/plain').click();
    await mine('look').getByText('the note says seven').waitFor();
    expect(JSON.stringify(bench.models.requests.at(-1)?.body)).toContain('the note says seven');
  });

  it('shows what the assistant hands over: pictures as such, other files to be downloaded', async () => {
    await open('handed');
    writeFileSync(bench.workspace('dot.png'), PIXEL);
    bench.models.answer = (request) =>
      [
        { steps: [{ tool: { name: 'write', args: { path: 'report.csv', content: 'a,b\n' } } }] },
        { steps: [{ tool: { name: 'read', args: { path: 'dot.png' } } }] },
      ][request.toolResults] ?? { steps: [{ text: 'Here you are.' }] };
    await say('make a report');
    await answer('Here you are.').waitFor();
    await settled();
    const handed = page.getByTestId('handed-over').last();
    await handed.getByText('report.csv · 4 B').waitFor();
    expect(await handed.locator('img').count()).toBe(1);
    const saved = page.waitForEvent('download');
    await handed.getByRole('button', { name: 'Download' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe('report.csv');
    expect(readFileSync(await download.path(), 'utf8')).toBe('a,b\n');
  });

  it('chooses who answers and how much is thought; shows the window, the cost, and exports', async () => {
    await open('facts');
    await say('one');
    await answer('Answer to one.').waitFor();
    await settled();
    const head = page.getByTestId('facts');
    await until('what it has cost', async () => (await head.innerText()) === 'fake-1 · 0 % · $0.11');
    bench.models.answer = () => ({ steps: [{ text: 'Answer to two.' }], usage: { input: 49_950, output: 50 } });
    await say('two');
    await answer('Answer to two.').waitFor();
    await until('what both have cost', async () => (await head.innerText()) === 'fake-1 · 25 % · $50.11');
    await head.click();
    const facts = page.getByTestId('conversation-facts');
    // A thousand dollars for each million of 50,110 tokens.
    await facts.getByText('$50.11 for 50.1K tokens').waitFor();
    await facts.getByText('50K of 200K tokens (25 %)').waitFor();
    await facts.getByLabel('Thinks before it answers').selectOption('high');
    await page.getByText('From the next message on it thinks: A lot.').first().waitFor();
    await facts.getByLabel('Answers come from').selectOption('fake/fake-1');
    await page.getByText('From the next message on').nth(1).waitFor();
    const { session } = await bench.client.done<{ session: Record<string, unknown> }>('sessions.describe', {
      key: 'agent:main:facts',
    });
    expect(session).toMatchObject({ thinkingLevel: 'high', resolved: { model: 'fake-1' } });
    await page.keyboard.press('Escape');
    await facts.waitFor({ state: 'detached' });
    const plan = page.getByTestId('plan');
    await plan.click();
    await page.locator('[data-testid=plan][aria-pressed=true]').waitFor();
    await page.getByTestId('facts').click();
    await facts.getByRole('switch', { name: 'Plans first' }).and(page.locator('[aria-checked=true]')).click();
    await facts.getByRole('switch', { name: 'Plans first' }).and(page.locator('[aria-checked=false]')).waitFor();
    for (const [name, ending, holds] of [
      ['Markdown', 'md', 'Answer to one.'],
      ['JSON lines', 'jsonl', '"type":"session"'],
    ] as const) {
      const saved = page.waitForEvent('download');
      await facts.getByRole('button', { name }).click();
      const download = await saved;
      expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${ending}$`));
      expect(readFileSync(await download.path(), 'utf8')).toContain(holds);
    }
    await page.keyboard.press('Escape');
    await facts.waitFor({ state: 'detached' });
  });

  it('says a message anew, answers anew, goes back to the earlier version, and branches', async () => {
    await open('edit');
    await say('one');
    await answer('Answer to one.').waitFor();
    await say('two');
    await answer('Answer to two.').waitFor();
    await settled();
    // What is being written waits, with its files, until the edit is done or given up.
    const field = page.getByLabel('Message');
    await field.fill('a draft');
    await page
      .getByLabel('Files to attach')
      .setInputFiles([{ name: 'note.txt', mimeType: 'text/plain', buffer: NOTE }]);
    const attached = page.getByTestId('attached').getByText('note.txt');
    await attached.waitFor();
    await mine('one').getByRole('button', { name: 'Edit' }).click();
    expect(await field.inputValue()).toBe('one');
    await attached.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await attached.waitFor();
    expect(await field.inputValue()).toBe('a draft');
    await mine('one').getByRole('button', { name: 'Edit' }).click();
    expect(await field.inputValue()).toBe('one');
    await say('uno');
    await attached.waitFor();
    expect(await field.inputValue()).toBe('a draft');
    await answer('Answer to uno.').waitFor();
    await settled();
    expect(await page.getByTestId('user-message').count()).toBe(1);
    expect(await mine('uno').getByText('note.txt').count()).toBe(0);
    await page.reload();
    await attached.waitFor();
    expect(await field.inputValue()).toBe('a draft');
    await answer('Answer to uno.').waitFor();

    await field.fill('');
    await attached.waitFor();
    await page.getByRole('button', { name: 'Remove note.txt' }).click();
    await page.keyboard.press('Escape');
    await field.press('ArrowUp');
    expect(await field.inputValue()).toBe('uno');
    await page.getByText('Replaces the earlier message.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Replaces the earlier message.').waitFor({ state: 'detached' });
    expect(await field.inputValue()).toBe('');
    await field.fill('a line');
    await field.press('ArrowUp');
    expect(await field.inputValue()).toBe('a line');
    await field.fill('');

    bench.models.answer = () => ({ steps: [{ text: 'Another answer.' }] });
    await answer('Answer to uno.').getByRole('button', { name: 'Regenerate' }).click();
    await answer('Another answer.').waitFor();
    await settled();
    expect(await page.getByTestId('assistant-message').count()).toBe(1);
    expect(await page.getByTestId('user-message').count()).toBe(1);

    await page.getByTestId('facts').click();
    const versions = page.getByTestId('versions').getByRole('listitem');
    await versions.nth(1).waitFor();
    expect(await versions.count()).toBe(2);
    await versions.last().getByRole('button', { name: 'Go on with it' }).click();
    await answer('Answer to two.').waitFor();
    await mine('one').waitFor();

    await answer('Answer to one.').getByRole('button', { name: 'Branch' }).click();
    await page.getByTestId('toast').filter({ hasText: 'of its own' }).waitFor();
    await answer('Answer to one.').waitFor();
    expect(await answer('Answer to two.').count()).toBe(0);
    expect(page.url()).toContain('fork-');
    const copy = new URL(page.url()).searchParams.get('s') ?? '';
    await page.getByTestId('toast').filter({ hasText: 'of its own' }).getByRole('button', { name: 'Undo' }).click();
    await answer('Answer to two.').waitFor();
    await until('the copy is gone', async () => {
      const { session } = await bench.client.done<{ session: unknown }>('sessions.describe', { key: copy });
      return session === null;
    });
  });

  it('completes commands, their arguments and files by keys alone', async () => {
    writeFileSync(bench.workspace('shopping-list.md'), 'milk');
    await open('complete');
    const field = page.getByLabel('Message');
    const list = page.getByRole('listbox', { name: 'Suggestions' });
    await field.pressSequentially('/thi');
    await list.getByRole('option', { name: /\/think/ }).waitFor();
    const active = await field.getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active ?? ''}"]`).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Enter');
    expect(await field.inputValue()).toBe('/think ');
    await list.getByRole('option', { name: 'high', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await field.fill('');
    await field.pressSequentially('look at @shop');
    await list.getByRole('option', { name: 'shopping-list.md' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await field.inputValue()).toBe('look at shopping-list.md ');
    expect(errors).toEqual([]);
  });
});
