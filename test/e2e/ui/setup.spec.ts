import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { LocalModels } from '../../fakes/local-models';
import { FakeModels } from '../../fakes/model-server';
import { FakeTelegram } from '../../fakes/telegram-server';
import { describeWithBrowser, openBrowser, openPage } from '../../harness/browser';
import { GatewayProcess, TEST_TOKEN, until } from '../../harness/gateway-process';
import { readQr } from '../../harness/read-qr';

const KEY = 'CANARY-good-key-123456';

describeWithBrowser('setting up on the page', () => {
  let browser: Browser;
  let models: FakeModels;
  /** A server of the machine itself. */
  let home: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    browser = await openBrowser();
    [models, home, telegram] = await Promise.all([FakeModels.start(), FakeModels.start(), FakeTelegram.start()]);
    // The provider of the catalogue, at an address of this machine, without a key: a fresh gateway.
    gateway = await GatewayProcess.start({
      config: {
        models: {
          providers: {
            openai: { baseUrl: `${models.url}/v1`, api: 'openai-completions' },
            ollama: { baseUrl: `${home.url}/v1`, api: 'openai-completions' },
          },
        },
        channels: { telegram: { enabled: false, apiRoot: telegram.apiRoot } },
      },
    });
    models.answer = ({ lastUser }) => {
      if (models.requests.at(-1)?.headers.authorization !== `Bearer ${KEY}`)
        return { steps: [], status: 401, body: { error: { message: 'no such key', type: 'auth' } } };
      return { steps: [{ text: lastUser.includes('Hello') ? 'Hello to **you**.' : 'ready' }] };
    };
    ({ page, errors } = await openPage(browser));
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([models.stop(), home.stop(), telegram.stop()]);
    await browser.close();
  });

  const config = (): string => readFileSync(join(gateway.stateDir, 'openclaw.json'), 'utf8');
  const stored = async (): Promise<string> =>
    String(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])'));
  const goOn = (): Promise<void> => page.getByRole('button', { name: 'Go on', exact: true }).click();

  it('leads from nothing to the first answer, and writes nothing before the last look', async () => {
    const before = config();
    await page.goto(`${gateway.http}/#token=${TEST_TOKEN}`);
    await page.getByTestId('setup-bar').getByRole('link', { name: 'Set up' }).click();
    await page.getByLabel('Provider').selectOption('openai');
    await page.getByLabel('Key').fill('CANARY-bad-key-123456');
    await page.getByRole('alert').filter({ hasText: 'That key does not work.' }).waitFor();
    expect(await page.getByRole('button', { name: 'Go on', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Key').fill(KEY);
    await page.getByTestId('key-trial').getByText('Works').waitFor();
    await goOn();

    await page.getByLabel('Name of the assistant').fill('Ada');
    await page.getByLabel('Folder that it works in').fill('relative');
    await page.getByText('Write a whole path').waitFor();
    await page.getByLabel('Folder that it works in').fill('');
    await goOn();

    await page.getByLabel('Platform', { exact: true }).selectOption('telegram');
    await page.getByLabel('Bot token').fill('7000:CANARY-wrong');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByRole('alert').filter({ hasText: 'That token does not work.' }).waitFor();
    await page.getByLabel('Bot token').fill(telegram.token);
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByTestId('token-trial').getByText('Works').waitFor();

    // It can be left and gone on with, also back to an earlier step.
    await page.getByRole('link', { name: 'Home' }).first().click();
    await page.getByRole('link', { name: 'Set up' }).first().click();
    await page.getByRole('button', { name: 'Name', exact: false }).first().click();
    expect(await page.getByLabel('Name of the assistant').inputValue()).toBe('Ada');
    await goOn();
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByTestId('token-trial').getByText('Works').waitFor();
    await goOn();
    await page.getByText('openai-api-key, telegram-bot-token').waitFor();
    expect(config()).toBe(before);
    expect(existsSync(join(gateway.stateDir, 'secrets.json'))).toBe(false);
    expect(await stored()).not.toContain('CANARY');

    await page.getByRole('button', { name: 'Write it' }).click();
    await page.getByText('Everything is in place').waitFor();
    expect(JSON.parse(config())).toMatchObject({
      models: { providers: { openai: { apiKey: '${secret:openai-api-key}', baseUrl: `${models.url}/v1` } } },
      agents: { defaults: { model: { primary: 'openai/gpt-5.4' } } },
      ui: { assistant: { name: 'Ada' } },
      channels: { telegram: { enabled: true, botToken: '${secret:telegram-bot-token}' } },
    });
    for (const file of ['openclaw.json', 'secrets.json'])
      expect(readFileSync(join(gateway.stateDir, file), 'utf8')).not.toContain('CANARY');

    await page.getByLabel('Your first message').fill('Hello Ada');
    await page.getByRole('button', { name: 'Say it' }).click();
    await page.getByTestId('first-answer').getByText('Hello to you.').waitFor();
    await page
      .getByTestId('phone')
      .getByText(/t\.me\//)
      .waitFor();
    await until('the code is drawn', async () => (await page.getByTestId('phone').locator('svg path').count()) === 1);
    expect(await page.getByTestId('setup-bar').count()).toBe(0);
    await page.getByRole('button', { name: 'Go to the conversation' }).click();
    await page.getByTestId('assistant-message').filter({ hasText: 'Hello to you.' }).waitFor();
    expect(await stored()).not.toContain('openclaw.setup');
  });

  const withPlan = async (plan: Record<string, string>): Promise<void> => {
    await page.goto(`${gateway.http}/setup#token=${TEST_TOKEN}`);
    await page.getByTestId('setup-step').waitFor();
    await page.evaluate(`localStorage.setItem('openclaw.setup', ${JSON.stringify(JSON.stringify(plan))})`);
    await page.reload();
    await page.getByTestId('setup-step').waitFor();
  };

  it('asks for the token of a platform again after a reload, instead of naming a bot that is not written', async () => {
    await withPlan({ step: 'confirm', channel: 'telegram', bot: 'some_bot' });
    await page.getByLabel('Bot token').waitFor();
    expect(await page.getByRole('button', { name: 'Write it' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Go on without' }).click();
    await page.getByText('so nothing is written').waitFor();
    await page.evaluate("localStorage.removeItem('openclaw.setup')");
  });

  it('says that no model is connected where the restart brings none, with the way back', async () => {
    const fresh = await GatewayProcess.start({});
    const { page: other } = await openPage(browser);
    // Which models there are is asked again where no answer comes: what is not known is not "in place".
    const unanswered = new Set<string>();
    let isDropping = false;
    await other.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((text) => {
        const { id, method } = JSON.parse(String(text)) as { id: string; method?: string };
        if (isDropping && method === 'models.list') unanswered.add(id);
        server.send(text);
      });
      server.onMessage((text) => {
        if (!unanswered.has((JSON.parse(String(text)) as { id: string }).id)) socket.send(text);
      });
    });
    try {
      await other.clock.install();
      await other.goto(`${fresh.http}/setup#token=${TEST_TOKEN}`);
      await other.getByTestId('setup-step').waitFor();
      await other.evaluate(
        `localStorage.setItem('openclaw.setup', ${JSON.stringify(JSON.stringify({ step: 'hello', provider: 'openai', model: 'gpt-5.2' }))})`,
      );
      isDropping = true;
      await other.reload();
      await other.getByText('The gateway restarts with what was written').waitFor();
      await until('the models are asked for', () => unanswered.size > 0);
      isDropping = false;
      await other.clock.fastForward(21_000);
      await other.getByText('No model is connected').waitFor();
      await other.getByRole('button', { name: 'Choose a model' }).click();
      await other.getByLabel('Provider').waitFor();
    } finally {
      await other.close();
      await fresh.stop();
    }
  });

  it('offers servers that answer on the machine, without a key', async () => {
    await withPlan({ step: 'model' });
    await page.getByLabel('Provider').waitFor();
    expect(await page.getByTestId('local-servers').count()).toBe(0);
    home.about = new LocalModels('ollama', 'qwen3:8b', 8192).about;
    home.answer = () => ({ steps: [{ text: 'ready' }] });
    await page.getByTestId('local-servers').getByRole('button', { name: 'Ollama' }).click();
    expect(await page.getByLabel('Model', { exact: true }).inputValue()).toBe('qwen3:8b');
    expect(await page.getByLabel('Key').count()).toBe(0);
    await page.getByTestId('key-trial').getByText('Works').waitFor();
    await goOn();
    await goOn();
    await goOn();
    await page.getByText('What the configuration gets').click();
    await page.getByText('"primary": "ollama/qwen3:8b"').waitFor();
    await page.getByText(`"baseUrl": "${home.url}/v1"`).waitFor();
    await page.evaluate("localStorage.removeItem('openclaw.setup')");
  });

  it('lets a phone in by a code that works once', async () => {
    await page.goto(`${gateway.http}/devices#token=${TEST_TOKEN}`);
    const connect = page.getByTestId('connect-phone');
    await connect.getByLabel('Address of this page').fill(gateway.http);
    await connect.getByRole('button', { name: 'Show a code' }).click();
    await connect.getByText(/It ends in [45] minutes/).waitFor();
    await until('the code is drawn', async () => (await connect.locator('svg path').count()) > 0);
    const drawn = connect.getByRole('img', { name: 'Code that connects a phone' });
    const link = readQr(
      String(await drawn.locator('path').getAttribute('d')),
      String(await drawn.getAttribute('viewBox')),
    );
    expect(link).toMatch(new RegExp(`^${gateway.http}/#pair=[\\w-]{20,}$`));
    const { page: phone } = await openPage(browser);
    await phone.goto(link);
    await phone.getByTestId('connection').and(phone.locator('[data-state=connected]')).waitFor();
    expect(phone.url()).toBe(`${gateway.http}/`);
    await connect.getByText('A device has come in').waitFor();
    // It has a token of its own from now on.
    await phone.reload();
    await phone.getByTestId('connection').and(phone.locator('[data-state=connected]')).waitFor();
    const { page: late } = await openPage(browser);
    await late.goto(link);
    await late.getByRole('alert').filter({ hasText: 'used before or is too old' }).waitFor();
    await Promise.all([phone.context().close(), late.context().close()]);
    await connect.getByRole('button', { name: 'Show a new code' }).waitFor();
  });

  it('asks for the key again after a reload, and can be gone through without one', async () => {
    const before = config();
    await page.goto(`${gateway.http}/onboarding#token=${TEST_TOKEN}`);
    await page.getByLabel('Provider').selectOption('openai');
    // It has a key by now.
    await page.getByTestId('key-trial').getByText('Works').waitFor();
    await page.getByLabel('Key').fill(KEY);
    await page.getByTestId('key-trial').getByText('Works').waitFor();
    await goOn();
    await page.reload();
    await page.getByLabel('Key').waitFor();
    expect(await page.getByLabel('Key').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Look around without' }).click();
    await goOn();
    await goOn();
    await page.getByText('so nothing is written').waitFor();
    await goOn();
    await page.getByLabel('Your first message').waitFor();
    expect(config()).toBe(before);
    const lost = (error: string): boolean => error.includes('ERR_CONNECTION_REFUSED') || error.includes('WebSocket');
    expect(errors.filter((error) => !lost(error))).toEqual([]);
  });
});
