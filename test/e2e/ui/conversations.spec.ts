import { Gate } from '../../fakes/model-formats/model-format';
import type { Browser, Page } from 'playwright-core';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { TEST_TOKEN, until } from '../../harness/gateway-process';
import { longTranscript } from '../../harness/long-session';
import { ToolBench } from '../../harness/tool-bench';

const PAIRS = 1000;

describeWithBrowser('many and long conversations', () => {
  let browser: Browser;
  let bench: ToolBench;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    browser = await openBrowser();
    bench = await ToolBench.start();
    await bench.client.call('sessions.import', { key: 'agent:main:long', text: longTranscript(PAIRS) });
    for (let index = 0; index < 120; index++)
      await bench.client.call('sessions.create', { key: `agent:main:small-${index}`, label: `Small ${index}` });
    ({ page, errors } = await openPage(browser));
    await page.goto(`${bench.gateway.http}/chats?s=agent:main:long#token=${TEST_TOKEN}`);
    await page.getByText(`Question ${PAIRS - 1}?`).waitFor();
  });
  afterAll(async () => {
    await bench.stop();
    await browser.close();
  });
  const feed = () => page.getByRole('group', { name: 'Conversation so far' });
  const nodes = async (): Promise<number> => Number(await page.evaluate('document.querySelectorAll("*").length'));

  it('are read back to their first word, and no more of them is drawn than is seen', async () => {
    expect(await page.getByText('Question 5?').count()).toBe(0);
    await until('the first word', async () => {
      await feed().evaluate((element) => element.scrollTo(0, 0));
      return (await page.getByText('Question 0?').count()) > 0;
    });
    expect(await nodes()).toBeLessThan(2500);
    await page.getByRole('button', { name: 'To the newest' }).click();
    await page.getByText(`Question ${PAIRS - 1}?`).waitFor();
  });

  it('stay at their end where what stands above it grows later', async () => {
    await page.goto(`${bench.gateway.http}/chats?s=agent:main:long`);
    await page.getByText(`Question ${PAIRS - 1}?`).waitFor();
    const below = () =>
      feed().evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight) as Promise<number>;
    await until('the end', async () => (await below()) < 2);
    // The browser tells of a way to the end when the text has grown since.
    await feed().evaluate(async (element) => {
      const frame = () =>
        new Promise((drawn) =>
          (globalThis as unknown as { requestAnimationFrame(done: unknown): void }).requestAnimationFrame(drawn),
        );
      element.scrollTop -= 60;
      await frame();
      await frame();
      element.scrollTop = element.scrollHeight;
      const rows = element.querySelectorAll('[data-seq]');
      rows[rows.length - 1]?.style.setProperty('padding-bottom', '500px');
      await frame();
      await frame();
    });
    await until('the end again', async () => (await below()) < 2);
    expect(await page.getByRole('button', { name: 'To the newest' }).count()).toBe(0);
    await feed().evaluate((element) => element.scrollBy(0, -900));
    await page.getByRole('button', { name: 'To the newest' }).waitFor();
  });

  it('are printed with what was said before, as far as the page can hold it, and in dark ink', async () => {
    const rows = () => feed().evaluate((element) => element.querySelectorAll('[data-seq]').length);
    const drawn = await rows();
    await page.evaluate(`window.print = () => {
      window.dispatchEvent(new Event('beforeprint'));
      window.printed = [document.querySelectorAll('[data-seq]').length, document.querySelector('main').innerText];
      window.dispatchEvent(new Event('afterprint'));
    }`);
    await page.getByTestId('facts').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Print' }).click();
    await until('it is printed', async () => (await page.evaluate('window.printed')) !== undefined);
    const [count, text] = (await page.evaluate('window.printed')) as [number, string];
    expect(count).toBeGreaterThan(500);
    expect(text).toContain('What was said before is not printed');
    expect(text).toContain(`Question ${PAIRS - 1}?`);
    await until('only what is seen', async () => (await rows()) < drawn + 50);
    const paper = await page.context().newPage();
    await paper.goto(page.url());
    await paper.getByText(`Question ${PAIRS - 1}?`).waitFor();
    await paper.evaluate(`document.documentElement.dataset.theme = 'dark'`);
    await paper.emulateMedia({ media: 'print' });
    expect(await paper.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(246, 248, 247)');
    expect(await paper.getByRole('navigation', { name: 'Views' }).isVisible()).toBe(false);
    expect(await paper.getByRole('button', { name: 'Send' }).isVisible()).toBe(false);
    await paper.close();
  });

  it('fit into a phone: nothing that is said or done there is beside the screen', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 500 }, hasTouch: true, isMobile: true });
    const phone = await context.newPage();
    await bench.client.call('sessions.patch', { key: 'agent:main:long', label: 'Plans of the whole year, in words' });
    await phone.goto(`${bench.gateway.http}/chats?s=agent:main:long#token=${TEST_TOKEN}`);
    await phone.getByText(`Question ${PAIRS - 1}?`).waitFor();
    const beside = await phone.evaluate(`[...document.querySelectorAll('main *')]
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => element.outerHTML.slice(0, 120))`);
    expect(beside).toEqual([]);
    await phone.getByTestId('facts').click();
    await phone.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    await phone.getByLabel('Name of the conversation').waitFor();
    await bench.client.call('sessions.patch', { key: 'agent:main:long', label: null });
    await context.close();
  });

  it('are found by what was said in them, and opened at its place', async () => {
    await page.getByLabel('Search conversations').fill('question 321?');
    await page.getByTestId('found-texts').getByRole('link').first().click();
    await page.getByText('Answer 321, in some words.').waitFor();
    expect(page.url()).toContain('m=643');
    expect(await page.getByText('Question 321?').last().isVisible()).toBe(true);
    expect(await page.getByText(`Question ${PAIRS - 1}?`).count()).toBe(0);
  });

  it('are all reached in the list, by scrolling or by their names', async () => {
    await page.getByLabel('Search conversations').fill('');
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await until('the last one', async () => {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return (await list.getByRole('link', { name: /^Small 0 / }).count()) > 0;
    });
    await page.getByLabel('Search conversations').fill('small 77');
    await list.getByRole('link', { name: /^Small 77/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Small 77' }).waitFor();
  });

  it('keep what was typed in each, over other conversations and a reload', async () => {
    await page.getByLabel('Message').fill('half a thought');
    await page.goto(`${bench.gateway.http}/chats?s=main`);
    await page.getByRole('heading', { level: 1, name: 'Main' }).waitFor();
    expect(await page.getByLabel('Message').inputValue()).toBe('');
    await page.goto(`${bench.gateway.http}/chats?s=agent:main:small-77`);
    expect(await page.getByLabel('Message').inputValue()).toBe('half a thought');
  });

  it('are renamed and removed with a way back', async () => {
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Name of the conversation').fill('Seventy-seven');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Seventy-seven' }).waitFor();
    await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { level: 1, name: 'Small 77' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { level: 1, name: 'Main' }).waitFor();
    await page.getByTestId('toast').filter({ hasText: 'Removed' }).getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { level: 1, name: 'Small 77' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByTestId('toast').filter({ hasText: 'Removed' }).getByRole('button', { name: 'Close' }).click();
    await until('it is gone', async () => {
      const { payload } = await bench.client.call('sessions.list', { search: 'small-77' });
      return payload?.['totalCount'] === 0;
    });
    expect(errors).toEqual([]);
  });

  it('show what waits for its turn, which can be taken back and edited', async () => {
    const taken = new Gate();
    bench.models.answer = () => ({ steps: [{ text: 'Slowly. ' }, { until: taken }, { text: 'End.' }] });
    await page.goto(`${bench.gateway.http}/chats?s=agent:main:queue`);
    await page.getByText('Say something').waitFor();
    for (const text of ['first', 'second']) {
      await page.getByLabel('Message').fill(text);
      await page.keyboard.press('Enter');
      await page.getByTestId('user-message').or(page.getByTestId('queue')).filter({ hasText: text }).first().waitFor();
    }
    const queue = page.getByTestId('queue');
    await queue.getByText('second').waitFor();
    await queue.getByRole('button', { name: 'Edit' }).click();
    await queue.waitFor({ state: 'detached' });
    await until('the text in the field', async () => (await page.getByLabel('Message').inputValue()) === 'second');
    taken.open();
    await page.getByTestId('assistant-message').filter({ hasText: 'End.' }).waitFor();
    expect(await page.getByTestId('user-message').count()).toBe(1);
  });

  it('give a message that waits back with its files, and offer nothing that would lose them', async () => {
    const taken = new Gate();
    bench.models.answer = ({ lastUser }) => ({
      steps: lastUser.includes('first') ? [{ text: 'Slowly. ' }, { until: taken }] : [{ text: 'Read it.' }],
    });
    await page.goto(`${bench.gateway.http}/chats?s=agent:main:queue-files`);
    await page.getByText('Say something').waitFor();
    const field = page.getByLabel('Message');
    await field.fill('first');
    await page.keyboard.press('Enter');
    await page.getByTestId('assistant-message').filter({ hasText: 'Slowly.' }).waitFor();
    const note = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('the kettle is blue') };
    await page.getByLabel('Files to attach').setInputFiles([note]);
    const attached = page.getByTestId('attached').getByText('note.txt');
    await attached.waitFor();
    await field.fill('look at this');
    await page.keyboard.press('Enter');
    const queue = page.getByTestId('queue');
    await queue.getByText('look at this').waitFor();
    expect(await queue.innerText()).toContain('note.txt');
    expect(await queue.innerText()).not.toContain('kettle');
    await attached.waitFor({ state: 'detached' });

    await queue.getByRole('button', { name: 'Edit' }).click();
    await attached.waitFor();
    expect(await field.inputValue()).toBe('look at this');
    await page.keyboard.press('Enter');
    await queue.getByText('look at this').waitFor();
    await queue.getByRole('button', { name: 'Remove' }).click();
    await queue.waitFor({ state: 'detached' });
    await page.getByTestId('toast').filter({ hasText: 'Removed.' }).getByRole('button', { name: 'Undo' }).click();
    await queue.getByText('note.txt').waitFor();

    // Loaded anew the page does not have them any more: what would lose them is not offered.
    await page.reload();
    await queue.getByText('note.txt').waitFor();
    expect(await queue.getByRole('button').allInnerTexts()).toEqual(['Remove']);
    taken.open();
    await page.getByTestId('assistant-message').filter({ hasText: 'Read it.' }).waitFor();
    expect(bench.models.requests.at(-1)?.text).toContain('the kettle is blue');
  });

  it('show what waits also where the beginning of the first is heard of last', async () => {
    const end = new Gate();
    bench.models.answer = () => ({ steps: [{ text: 'Slowly. ' }, { until: end }, { text: 'End.' }] });
    const late = await page.context().newPage();
    const held: (() => void)[] = [];
    let isHolding = true;
    await late.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((frame) => {
        const pass = (): void => socket.send(frame);
        if (isHolding && held.length + Number(/"lifecycle".*"start"/.test(String(frame))) > 0) {
          const { type } = JSON.parse(String(frame)) as { type: string };
          if (type === 'event') return void held.push(pass);
        }
        pass();
      });
    });
    await late.goto(`${bench.gateway.http}/chats?s=agent:main:late`);
    await late.getByText('Say something').waitFor();
    for (const text of ['first', 'second']) {
      await late.getByLabel('Message').fill(text);
      await late.keyboard.press('Enter');
      await late.getByTestId('user-message').filter({ hasText: text }).waitFor();
    }
    await until('both to be taken', async () => {
      const { payload } = await bench.client.call('chat.history', { sessionKey: 'agent:main:late' });
      return (payload?.['messages'] as unknown[]).length === 2 && held.length > 0;
    });
    await late.waitForTimeout(300);
    isHolding = false;
    for (const pass of held) pass();
    await late.getByTestId('queue').getByText('second').waitFor();
    end.open();
    await late.close();
  });
});
