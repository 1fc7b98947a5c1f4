import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSON5 from 'json5';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { freePort } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';
import { Terminal } from '../harness/terminal';

const GOOD_KEY = 'sk-good-key-of-the-fake-1234';

interface Config {
  gateway: Record<string, unknown>;
  agents: { defaults: { model: string | { primary: string } } };
  models: { providers: Record<string, Record<string, unknown>> };
}

describe('openclaw onboard', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let stateDir: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    models = await FakeModels.start();
    telegram = await FakeTelegram.start();
    models.answer = ({ headers, lastUser }) => {
      const isLetIn = headers.authorization === `Bearer ${GOOD_KEY}` || headers['x-api-key'] === GOOD_KEY;
      if (!isLetIn) return { steps: [], status: 401, body: { error: { message: 'invalid key', type: 'auth' } } };
      return { steps: [{ text: `You said: ${lastUser}` }] };
    };
    models.about = ({ url, headers }) =>
      url.endsWith('/models') && headers.authorization === `Bearer ${GOOD_KEY}`
        ? { body: { object: 'list', data: [{ id: 'fake-1' }, { id: 'fake-2' }] } }
        : undefined;
  });
  afterAll(async () => {
    await models.stop();
    await telegram.stop();
  });
  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-onboard-'));
    env = {
      OPENCLAW_STATE_DIR: stateDir,
      HOME: stateDir,
      OPENCLAW_GATEWAY_PORT: String(await freePort()),
      OPENCLAW_UI_PORT: '0',
    };
  });
  afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

  const configPath = (): string => join(stateDir, 'openclaw.json');
  const config = (): Config => JSON5.parse<Config>(readFileSync(configPath(), 'utf8'));
  const preset = (value: unknown): void => writeFileSync(configPath(), JSON.stringify(value));

  describe('without questions', () => {
    const onboard = (args: string[], more: Record<string, string> = {}, input?: string): Promise<CliResult> =>
      runCli(['onboard', '--non-interactive', '--accept-risk', ...args], {
        env: { ...env, ...more },
        ...(input === undefined ? {} : { input }),
      });
    const custom = (...more: string[]): string[] => [
      ...['--auth-choice', 'custom', '--base-url', `${models.url}/v1`, '--model', 'fake-1', ...more],
    ];

    it('tries the key from standard input, keeps it in the secret store, and makes the workspace', async () => {
      const workspace = join(stateDir, 'home of it');
      const done = await onboard(
        custom('--custom-api-key', '-', '--workspace', workspace, '--gateway-port', '19999', '--json'),
        {},
        `${GOOD_KEY}\n`,
      );
      expect(done.stderr).toBe('');
      expect(JSON.parse(done.stdout)).toMatchObject({ ok: true, configPath: configPath(), workspace });
      expect(done.stdout + readFileSync(configPath(), 'utf8')).not.toContain(GOOD_KEY);
      expect(existsSync(join(workspace, 'SOUL.md'))).toBe(true);
      expect(config()).toMatchObject({
        gateway: { mode: 'local', port: 19999, auth: { token: expect.stringContaining('${secret:') } },
        agents: { defaults: { model: { primary: 'custom/fake-1' }, workspace } },
        models: { providers: { custom: { apiKey: expect.stringContaining('${secret:') } } },
        wizard: { lastRunCommand: 'onboard' },
      });
    });

    it('takes the key of a known provider from its variable, and writes it nowhere', async () => {
      const done = await onboard(['--auth-choice', 'anthropic', '--base-url', `${models.url}/v1`], {
        ANTHROPIC_API_KEY: GOOD_KEY,
      });
      expect(done).toMatchObject({ code: 0, stderr: '' });
      expect(config().models.providers['anthropic']).not.toHaveProperty('apiKey');
      expect(config().agents.defaults.model).toEqual({ primary: 'anthropic/claude-opus-5-5' });
    });

    it.each<[string, string[], Record<string, string>, number, string]>([
      ['a refused key', ['--custom-api-key', 'sk-wrong'], {}, 1, 'custom/fake-1 does not answer'],
      [
        'a refused token',
        ['--custom-api-key', GOOD_KEY, '--channel', 'telegram'],
        { TELEGRAM_BOT_TOKEN: '1:x' },
        1,
        'telegram refuses TELEGRAM_BOT_TOKEN',
      ],
      [
        'a missing token',
        ['--custom-api-key', GOOD_KEY, '--channel', 'telegram'],
        {},
        2,
        '--channel telegram needs TELEGRAM_BOT_TOKEN',
      ],
    ])('writes nothing at %s', async (_, args, more, code, message) => {
      preset({ channels: { telegram: { apiRoot: telegram.apiRoot } } });
      const before = readFileSync(configPath(), 'utf8');
      const done = await onboard(custom(...args), more);
      expect(done).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
      expect(readFileSync(configPath(), 'utf8')).toBe(before);
    });

    it('leaves a configured model where it is unless it is told otherwise', async () => {
      preset({ agents: { defaults: { model: 'openai/gpt-5.4' } } });
      const first = await onboard(custom('--custom-api-key', GOOD_KEY));
      expect(first.stderr).toContain('the model stays openai/gpt-5.4; --replace-model makes it custom/fake-1');
      expect(config().agents.defaults.model).toBe('openai/gpt-5.4');
      expect((await onboard(custom('--replace-model'))).code).toBe(0);
      expect(config().agents.defaults.model).toBe('custom/fake-1');
    });

    it('does not end without a usable model, and says what is missing', async () => {
      expect(await onboard([])).toMatchObject({ code: 2, stderr: expect.stringContaining('--auth-choice is missing') });
      expect(existsSync(configPath())).toBe(false);
      expect(await runCli(['onboard'], { env })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--non-interactive'),
      });
      expect(await runCli(['onboard', '--non-interactive'], { env })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--accept-risk'),
      });
      expect(await onboard(['--auth-choice', 'skip'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('the offline assistant answers'),
      });
    });

    it('sets up alone, here and for a gateway elsewhere', async () => {
      expect((await runCli(['setup'], { env })).code).toBe(0);
      expect(existsSync(join(stateDir, 'workspace', 'AGENTS.md'))).toBe(true);
      const remote = ['setup', '--mode', 'remote', '--remote-url', 'ws://127.0.0.1:1', '--remote-token', '-', '--json'];
      expect((await runCli(remote, { env, input: 'remote-token-of-test\n' })).code).toBe(0);
      expect(config().gateway).toMatchObject({
        mode: 'remote',
        remote: { url: 'ws://127.0.0.1:1', token: expect.stringContaining('${secret:') },
      });
      expect(await runCli(['configure', 'modle'], { env })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('did you mean "model"?'),
      });
    });
  });

  (Terminal.isThere ? describe : describe.skip)('on a terminal', () => {
    let terminal: Terminal;
    afterEach(() => terminal.close());

    it('asks, tries, goes back, is left and gone on with, writes what was confirmed, and says the first words', async () => {
      preset({ channels: { telegram: { apiRoot: telegram.apiRoot } } });
      const before = readFileSync(configPath(), 'utf8');
      terminal = Terminal.openclaw(['onboard'], env);
      await terminal.shows('Which provider');
      terminal.press('Up', 'Up');
      await terminal.shows(/● Another server/);
      terminal.press('Enter');
      await terminal.shows('A name for the server');
      terminal.press('Enter');
      await terminal.shows('Its address');
      terminal.press('C-u');
      terminal.type(`${models.url}/v1`);
      terminal.press('Enter');
      await terminal.shows('Does it want a key?');
      terminal.press('Left', 'Enter');
      await terminal.shows('Its key');
      terminal.type('sk-wrong-key');
      terminal.press('Enter');
      // No list without a key that works.
      await terminal.shows('Which model?');
      terminal.type('fake-1');
      terminal.press('Enter');
      await terminal.shows('custom/fake-1 does not answer');
      terminal.press('C-c');
      expect(await terminal.end()).toBe(130);
      expect(terminal.screen).toContain('nothing was written');
      expect(readFileSync(configPath(), 'utf8')).toBe(before);
      terminal.close();

      terminal = Terminal.openclaw(['onboard'], { ...env, CUSTOM_API_KEY: GOOD_KEY });
      await terminal.shows('Which provider');
      terminal.press('Up', 'Up');
      await terminal.shows(/● Another server/);
      terminal.press('Enter');
      await terminal.shows('A name for the server');
      terminal.press('Enter');
      await terminal.shows('Its address');
      terminal.press('C-u');
      terminal.type(`${models.url}/v1`);
      terminal.press('Enter');
      await terminal.shows('Does it want a key?');
      terminal.press('Enter');
      await terminal.shows('Which model?');
      terminal.press('Down', 'Enter');
      await terminal.shows('custom/fake-2 answers');
      await terminal.shows('Folder of the assistant');
      terminal.press('Enter');
      await terminal.shows('Port of the gateway');
      terminal.press('Escape');
      await terminal.shows(/Folder of the assistant[^]*Folder of the assistant/);
      terminal.press('Enter');
      await terminal.shows(/Port of the gateway[^]*Port of the gateway/);
      terminal.press('C-c');
      expect(await terminal.end()).toBe(130);
      terminal.close();

      terminal = Terminal.openclaw(['onboard'], { ...env, CUSTOM_API_KEY: GOOD_KEY });
      await terminal.shows('Go on where you left?');
      terminal.press('Enter');
      await terminal.shows('Port of the gateway');
      terminal.press('Enter');
      await terminal.shows('Who may reach it?');
      terminal.press('Enter');
      await terminal.shows('A chat platform');
      terminal.press('Enter');
      await terminal.shows('Telegram: Bot token');
      terminal.type('7000:wrong');
      terminal.press('Enter');
      await terminal.shows('That token does not work');
      terminal.press('Enter');
      await terminal.shows(/Telegram: Bot token[^]*Telegram: Bot token/);
      terminal.type(telegram.token);
      terminal.press('Enter');
      await terminal.shows('Another one?');
      terminal.press('Enter');
      await terminal.shows('as a service?');
      terminal.press('Enter');
      await terminal.shows('What is going to change');
      expect(terminal.screen).toContain('Model: custom/fake-2');
      expect(terminal.screen).not.toContain(telegram.token);
      expect(readFileSync(configPath(), 'utf8')).toBe(before);
      await terminal.shows('Write it?');
      terminal.press('Enter');
      await terminal.shows('Start the gateway now');
      terminal.press('Enter');
      await terminal.shows('Say something to it');
      terminal.press('Enter');
      await terminal.shows(/You said: .*Hello! What can you do for me\?/);
      await terminal.shows('runs in this terminal');
      expect(config()).toMatchObject({
        agents: { defaults: { model: { primary: 'custom/fake-2' } } },
        channels: { telegram: { botToken: expect.stringContaining('${secret:') } },
      });
      expect(existsSync(join(stateDir, 'onboarding.json'))).toBe(false);
      terminal.press('C-c');
      await terminal.end();
    });
  });
});
