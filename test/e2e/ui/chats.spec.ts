import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Gate } from '../../fakes/model-formats/model-format';
import { FakeModels } from '../../fakes/model-server';
import { FakeTelegram } from '../../fakes/telegram-server';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { GatewayProcess, TEST_TOKEN, until } from '../../harness/gateway-process';

describeWithBrowser('Control UI in a browser', () => {
  let browser: Browser;
  let models: FakeModels;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    models = await FakeModels.start();
  });

  afterEach(async () => {
    await gateway.stop();
    await models.stop();
  });

  const startWithModel = async (): Promise<void> => {
    gateway = await GatewayProcess.start({ config: withModel() });
  };
  const withModel = (): Record<string, unknown> => ({
    models: { providers: { fake: models.provider('openai-completions') } },
    agents: { defaults: { model: { primary: 'fake/fake-1' } } },
  });
  const logIn = async (page: Page): Promise<void> => {
    await page.goto(`${gateway.http}/#token=${TEST_TOKEN}`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
  };
  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('Message').fill(text);
    await page.keyboard.press('Enter');
  };
  const assistant = (page: Page, text: string) => page.getByTestId('assistant-message').filter({ hasText: text });
  const mine = (page: Page, text: string) => page.getByTestId('user-message').filter({ hasText: text });

  it('logs in by link, takes the token out of the address bar, streams, and keeps the history over a reload', async () => {
    await startWithModel();
    const seen = new Gate();
    models.answer = () => ({ steps: [{ text: 'First part. ' }, { until: seen }, { text: '**Second** part.' }] });
    const { page, errors } = await openPage(browser);
    await logIn(page);
    expect(page.url()).toBe(`${gateway.http}/`);

    await say(page, 'Tell me something');
    await assistant(page, 'First part.').waitFor();
    expect(await page.getByText('Second').count()).toBe(0);
    seen.open();
    await assistant(page, 'Second part.').waitFor();
    expect(await page.locator('strong', { hasText: 'Second' }).count()).toBe(1);

    await page.reload();
    await assistant(page, 'First part. Second part.').waitFor();
    expect(await mine(page, 'Tell me something').count()).toBe(1);
    expect(await page.getByTestId('assistant-message').count()).toBe(1);
    expect(errors).toEqual([]);
  });

  it('shows tool calls with arguments and results', async () => {
    await startWithModel();
    models.answer = (request) =>
      request.toolResults > 0
        ? { steps: [{ text: 'It is done.' }] }
        : { steps: [{ tool: { name: 'write', args: { path: 'note.md', content: 'from the browser\n' } } }] };
    const { page } = await openPage(browser);
    await logIn(page);
    await say(page, 'write a note');
    await assistant(page, 'It is done.').waitFor();
    const card = page.getByTestId('tool-card');
    expect(await card.getAttribute('data-phase')).toBe('done');
    await card.locator('summary').click();
    expect(await card.innerText()).toContain('from the browser');
    expect(readFileSync(join(gateway.stateDir, 'workspace', 'note.md'), 'utf8')).toBe('from the browser\n');
  });

  it('shows what a tool changes in a file line by line, and what a command says while it runs', async () => {
    await startWithModel();
    const seen = new Gate();
    models.answer = ({ lastUser, toolResults }) => {
      if (lastUser.includes('mend'))
        return (
          [
            { steps: [{ tool: { name: 'edit', args: { path: 'sum.js', oldText: 'a - b', newText: 'a + b' } } }] },
            {
              steps: [{ tool: { name: 'write', args: { path: 'sum.js', content: 'export const sum = Math.sum;\n' } } }],
            },
          ][toolResults] ?? { steps: [{ text: 'Mended.' }] }
        );
      return {
        steps:
          toolResults > 0
            ? [{ until: seen }, { text: 'It has run.' }]
            : [{ tool: { name: 'exec', args: { command: 'echo first line; while [ ! -e go ]; do sleep 0.1; done' } } }],
      };
    };
    mkdirSync(join(gateway.stateDir, 'workspace'), { recursive: true });
    writeFileSync(join(gateway.stateDir, 'workspace', 'sum.js'), 'export const sum = (a, b) => a - b;\n');
    const { page, errors } = await openPage(browser);
    await logIn(page);
    await say(page, 'mend the sum');
    await assistant(page, 'Mended.').waitFor();
    const card = page.getByTestId('tool-card').filter({ hasText: 'edit' });
    await card.locator('summary').click();
    const diff = card.getByTestId('diff');
    await diff.locator('[data-kind=out]').filter({ hasText: 'a - b' }).waitFor();
    await diff.locator('[data-kind=in]').filter({ hasText: 'a + b' }).waitFor();
    const written = page.getByTestId('tool-card').filter({ hasText: 'write' });
    await written.locator('summary').click();
    await written.locator('[data-kind=out]').filter({ hasText: 'a + b' }).waitFor();
    await written.locator('[data-kind=in]').filter({ hasText: 'Math.sum' }).waitFor();

    await say(page, 'run it');
    const running = page.getByTestId('tool-card').filter({ hasText: 'exec' });
    // Nobody has to ask for what it says.
    await running.getByText('first line', { exact: true }).waitFor();
    expect(await running.getAttribute('data-phase')).toBe('running');
    writeFileSync(join(gateway.stateDir, 'workspace', 'go'), '');
    seen.open();
    await assistant(page, 'It has run.').waitFor();
    expect(errors).toEqual([]);
  });

  it('stops a run', async () => {
    await startWithModel();
    models.answer = () => ({ steps: [{ text: 'Once upon a time ' }, { stall: true }] });
    const { page } = await openPage(browser);
    await logIn(page);
    await say(page, 'a long story');
    await assistant(page, 'Once upon').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    await until('the model call was given up', () => models.abandoned === 1);
  });

  it('comes back by itself after a kill, with nothing lost or doubled', async () => {
    await startWithModel();
    models.answer = (request) => ({
      steps: [
        { text: `Answer to ${request.lastUser.includes('second') ? 'two' : 'one'}. ` },
        { waitMs: 400 },
        { text: 'End.' },
      ],
    });
    const { page, errors } = await openPage(browser);
    await logIn(page);
    await say(page, 'first question');
    await assistant(page, 'Answer to one').waitFor();
    await gateway.signal('SIGKILL');
    await page.locator('[data-testid=connection]:not([data-state=connected])').waitFor();
    await say(page, 'second question');
    expect(await mine(page, 'second question').count()).toBe(1);

    const { port, stateDir } = gateway;
    gateway = await GatewayProcess.start({ port, stateDir });
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
    await assistant(page, 'Answer to two. End.').waitFor();
    await assistant(page, 'Answer to one. End.').waitFor();
    await page.reload();
    await assistant(page, 'Answer to two. End.').waitFor();
    expect(await mine(page, 'first question').count()).toBe(1);
    expect(await mine(page, 'second question').count()).toBe(1);
    expect(await page.getByTestId('assistant-message').count()).toBe(2);
    expect(errors.filter((error) => !error.includes('WebSocket'))).toEqual([]);
  });

  it('asks for the token, says what was wrong with it, and takes no secret from the query string', async () => {
    gateway = await GatewayProcess.start();
    const { page } = await openPage(browser);
    await page.goto(`${gateway.http}/?token=${TEST_TOKEN}&gatewayUrl=ws://127.0.0.1:1`);
    await page.getByLabel('Token').fill('not the token');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').filter({ hasText: 'gateway token mismatch' }).waitFor();
    await page.getByLabel('Token').fill(TEST_TOKEN);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByTestId('connection').waitFor();
    // The next visit needs no token: this browser has a key, and its token is of use only with that key.
    await page.goto(`${gateway.http}/`);
    await page.getByTestId('connection').and(page.locator('[data-state=connected]')).waitFor();
    const stored = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })');
    expect(stored).not.toContain(TEST_TOKEN);
  });

  it('marks the offline assistant, shows sessions and the boot report, and follows the chosen colours', async () => {
    gateway = await GatewayProcess.start();
    const { page } = await openPage(browser);
    await logIn(page);
    await say(page, 'time');
    await page.getByTestId('assistant-message').getByTestId('offline').waitFor();
    await page.getByTestId('connection').click();
    const boot = page.getByTestId('boot');
    await boot.getByText('All steps').click();
    await boot.getByText('attach WebSocket handlers').waitFor();
    expect(await boot.innerText()).toMatch(/Ready in [\d.]+ m?s, \d+ steps/);
    expect(await page.getByTestId('status-panel').innerText()).toContain('the offline assistant answers');

    await page.goBack();
    await page.getByRole('button', { name: 'New conversation' }).click();
    await say(page, 'help');
    await assistant(page, 'I am the offline assistant').waitFor();
    await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: /^Main/ }).click();
    await assistant(page, '(UTC)')
      .waitFor({ timeout: 5000 })
      .catch(() => assistant(page, 'at').waitFor());
    expect(await assistant(page, 'I am the offline assistant').count()).toBe(0);

    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.getByTestId('theme').click();
    const light = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(dark).not.toBe(light);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
  });

  it('asks for approval of a command and runs it only after that', async () => {
    gateway = await GatewayProcess.start({ config: { tools: { exec: { host: 'gateway' } } } });
    const { page } = await openPage(browser);
    await logIn(page);
    await say(page, 'run touch made-by-approval');
    const card = page.getByTestId('approval');
    await card.waitFor();
    expect(await card.innerText()).toContain('touch made-by-approval');
    await card.getByRole('button', { name: 'Deny' }).click();
    await assistant(page, 'the owner denied this').waitFor();

    await say(page, 'run touch made-by-approval && echo yes');
    await card.getByRole('button', { name: 'Allow once' }).click();
    await assistant(page, 'yes').waitFor();
    expect(readFileSync(join(gateway.stateDir, 'workspace', 'made-by-approval'), 'utf8')).toBe('');
  });

  it('renders what a model says without running or loading any of it', async () => {
    await startWithModel();
    const evil =
      '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> [a](javascript:window.hacked=1) ![p](http://127.0.0.1:9/x.png) <b>bold</b>';
    models.answer = () => ({ steps: [{ text: evil }] });
    const { page } = await openPage(browser);
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await logIn(page);
    await say(page, 'be evil');
    await assistant(page, 'bold').waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('.markdown img, .markdown script, .markdown a[href^=javascript]').count()).toBe(0);
    expect(loaded.filter((url) => !url.startsWith(gateway.http) && !url.startsWith('data:'))).toEqual([]);
  });

  it('shows who wants to write, lets them in and shuts them out again', async () => {
    const telegram = await FakeTelegram.start();
    try {
      gateway = await GatewayProcess.start({
        config: {
          ...withModel(),
          channels: { telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'pairing' } },
        },
      });
      const { page, errors } = await openPage(browser);
      await logIn(page);
      telegram.say({ chatId: 77, text: 'Hello?', name: 'Eve' });
      const bar = page.getByTestId('people-bar');
      await bar.waitFor();
      expect(await bar.textContent()).toContain('Eve asks to write on Telegram');
      expect(await page.title()).toContain('(1) Somebody asks to write');
      await bar.getByRole('link', { name: 'Look' }).click();
      const card = page.getByTestId('pairing-request');
      await card.waitFor();
      expect(await bar.count()).toBe(0);
      expect(await card.textContent()).toContain('Eve wants to write to the assistant on Telegram');
      const [, code = 'none'] = /Pairing code: ([A-Z2-9]{8})/.exec(telegram.textsIn(77)[0] ?? '') ?? [];
      expect(await card.textContent()).toContain(code);
      await page.screenshot({ path: join(gateway.stateDir, 'pairing.png') });
      await card.getByRole('button', { name: 'Let in' }).click();
      await card.waitFor({ state: 'detached' });
      models.answer = () => ({ steps: [{ text: 'Welcome.' }] });
      telegram.say({ chatId: 77, text: 'Again', name: 'Eve' });
      await until('the answer', () => telegram.textsIn(77).includes('Welcome.'));
      const people = page.getByTestId('paired-people');
      expect(await people.textContent()).toContain('Eve · Telegram');
      await people.getByRole('button', { name: 'Shut out' }).click();
      await people.waitFor({ state: 'detached' });
      telegram.say({ chatId: 78, text: 'And me?', name: 'Mallory' });
      await card.waitFor();
      await card.getByRole('button', { name: 'Turn down' }).click();
      await card.waitFor({ state: 'detached' });
      expect(errors).toEqual([]);
    } finally {
      await telegram.stop();
    }
  });
});
