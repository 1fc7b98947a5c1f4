import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Gate, type ModelAnswer, type ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { Terminal } from '../harness/terminal';
import { WireClient } from '../harness/wire-client';

const SIZE = { columns: 80, rows: 24 };

(Terminal.isThere ? describe : describe.skip)('openclaw tui', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let terminal: Terminal;
  /** Answers by what was said. */
  const answers: Record<string, (request: ModelRequest) => ModelAnswer> = {};

  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = (request) =>
      answers[request.lastUser]?.(request) ?? { steps: [{ text: `You said ${request.lastUser}.` }] };
    gateway = await GatewayProcess.start({
      config: {
        models: {
          providers: {
            fake: models.provider('openai-completions'),
            more: models.provider('openai-completions', 'more-1'),
          },
        },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        tools: { exec: { host: 'gateway', security: 'allowlist', ask: 'always' } },
      },
    });
  });
  afterEach(() => terminal.close());
  afterAll(async () => {
    await gateway.stop();
    await models.stop();
  });

  const env = (): Record<string, string> => ({
    OPENCLAW_STATE_DIR: gateway.stateDir,
    OPENCLAW_GATEWAY_PORT: String(gateway.port),
  });
  const open = async (session: string): Promise<void> => {
    terminal = Terminal.openclaw(['tui', '--session', session], env(), SIZE);
    await terminal.shows(/connected[\s\S]*keys lists keys/);
  };
  const say = (text: string): void => {
    terminal.type(text);
    terminal.press('Enter');
  };
  const gone = (what: string): Promise<void> => until(`"${what}" to be gone`, () => !terminal.screen.includes(what));
  /** One command line that the model has run, then what it says. */
  const runs =
    (command: string): ((request: ModelRequest) => ModelAnswer) =>
    ({ toolResults }) =>
      toolResults === 0
        ? { steps: [{ tool: { name: 'exec', args: { command } } }] }
        : { steps: [{ text: 'That was it.' }] };

  it('shows an answer while it is written, wrapped by what characters take, and again when it is opened later', async () => {
    const gate = new Gate();
    const wide = '漢字👩‍💻'.repeat(14);
    answers['Tell me.'] = () => ({
      steps: [{ text: `It begins ${wide}` }, { until: gate }, { text: ' and\u001b[2J\u202e ends.' }],
    });
    await open('streams');
    say('Tell me.');
    await terminal.shows('It begins');
    expect(await terminal.shows('answering,')).not.toContain('ends.');
    gate.open();
    const screen = await terminal.shows('ends.');
    expect(screen.replaceAll(/\n\s+/g, '')).toContain(wide);
    expect(screen).toContain('and⟨U+001B⟩[2J⟨U+202E⟩ ends.');
    await gone('answering,');

    // In half the width it is wrapped anew, and nothing of it is missing.
    terminal.resize(40, 24);
    await until('all of it', () => terminal.screen.replaceAll(/\n\s+/g, '').includes(wide));
    expect(terminal.screen).toContain('ends.');
    terminal.press('C-d');
    expect(await terminal.end()).toBe(0);

    terminal.close();
    await open('streams');
    await terminal.shows('ends.');
    terminal.press('Up');
    await terminal.shows('› Tell me.');
  });

  it('shows what Markdown says: no marks, tables in columns, code as it is', async () => {
    const table = '| City | Sign |\n| --- | --- |\n| 東京 | **x** |\n| Wien | y |';
    const text = `# Plan\n\n- **first** thing\n- [x] second\n\n${table}\n\n\`\`\`sh\nls *.md **\n\`\`\`\n\nDone.`;
    answers['Plan it.'] = () => ({ steps: [{ text }] });
    await open('marks');
    say('Plan it.');
    const screen = await terminal.shows('Done.');
    const rows = screen.split('\n').map((row) => row.trim());
    expect(rows).toEqual(
      expect.arrayContaining(['Plan', '• first thing', '• ☑ second', 'City  Sign', '東京  x', 'Wien  y', 'ls *.md **']),
    );
    expect(screen).not.toMatch(/\*\*first|```|---/);
  });

  it('takes commands while an answer is written, and stops it by Escape', async () => {
    const gate = new Gate();
    answers['Slowly, please.'] = () => ({ steps: [{ text: 'Waiting' }, { until: gate }, { text: ' no more.' }] });
    await open('stops');
    say('Slowly, please.');
    await terminal.shows('Waiting');
    say('/whoami');
    await terminal.shows('Conversation: agent:main:stops');
    expect(terminal.screen).toContain('answering,');
    terminal.press('Escape');
    await gone('answering,');
    gate.open();
    say('On.');
    expect(await terminal.shows('You said On..')).not.toContain('no more.');
    // Twice: the first only says so.
    terminal.press('C-c');
    await terminal.shows('Ctrl-C again leaves');
    terminal.press('C-c');
    expect(await terminal.end()).toBe(0);
  });

  it('shows questions with all that will happen, and has them answered where they stand', async () => {
    const file = join(gateway.stateDir, 'workspace', 'made');
    answers['Touch.'] = runs(`touch ${file}`);
    await open('asks');
    say('Touch.');
    await terminal.shows('The assistant waits for your decision');
    const question = await terminal.shows('Tab: answer it');
    expect(question).toContain('touch');
    // What is typed goes into the next message, not into the answer.
    terminal.type('allow');
    await terminal.shows('› allow');
    terminal.press('C-u', 'Tab');
    await terminal.shows('[deny]');
    terminal.press('Enter');
    await terminal.shows('That was it.');
    expect(terminal.screen).toContain('✗ exec');
    expect(existsSync(file)).toBe(false);

    answers['Again.'] = runs(`touch ${file}`);
    say('Again.');
    await terminal.shows('Tab: answer it');
    terminal.press('Tab');
    await terminal.shows('[deny]');
    terminal.press('Right');
    await terminal.shows('[allow once]');
    terminal.press('Enter');
    await terminal.shows('✓ exec');
    expect(existsSync(file)).toBe(true);
  });

  it('goes from one conversation to another, and begins new ones', async () => {
    await open('first');
    say('Apples');
    await terminal.shows('You said Apples.');
    say('/session second');
    await gone('Apples');
    say('Pears');
    await terminal.shows('You said Pears.');
    terminal.press('C-o');
    await terminal.shows('+ another conversation');
    terminal.type('appl');
    await terminal.shows(/Conversations \(1\): appl/);
    terminal.press('Enter');
    await terminal.shows('You said Apples.');
    terminal.press('C-n');
    await terminal.shows(/^ agent:main:tui-[0-9a-f]{8}/m);
    say('Plums');
    await terminal.shows('You said Plums.');
  });

  it('chooses models, and shows the state of the gateway', async () => {
    await open('models');
    terminal.press('C-p');
    await terminal.shows('●');
    terminal.type('more');
    await terminal.shows('Models (1): more');
    terminal.press('Enter');
    await terminal.shows('this conversation uses more/more-1 now');
    await terminal.shows(/^ agent:main:models · more\/more-1/m);
    say('Hello');
    await terminal.shows('You said Hello.');
    expect(models.requests.at(-1)?.model).toBe('more-1');
    await runCli(['cron', 'add', '--name', 'Tea', '--at', '20m', '--system-event', 'tea'], { env: env() });
    say('/dashboard');
    await terminal.shows(/Gateway[\s\S]*Channels[\s\S]*tokens[\s\S]*Tea\s+in 20 min/);
    terminal.press('Escape');
    await gone('Gateway  ');
    terminal.type('/sess');
    terminal.press('Tab');
    await terminal.shows('› /session');
  });

  it('shows what others say in the conversation, and reads further up', async () => {
    const client = await WireClient.connected(gateway.url);
    try {
      await open('others');
      for (let number = 1; number <= 12; number++) {
        const runId = `others-${number}`;
        await client.call('chat.send', { sessionKey: 'others', message: `Number ${number}`, idempotencyKey: runId });
        await client.call('agent.wait', { runId, timeoutMs: 60_000 });
      }
      await terminal.shows('You said Number 12.');
      expect(terminal.screen).not.toContain('Number 1\n');
      for (let page = 0; page < 4; page++) terminal.press('PageUp');
      await terminal.shows('You said Number 1.');
      await client.call('chat.send', { sessionKey: 'others', message: 'Number 13', idempotencyKey: 'others-13' });
      await client.call('agent.wait', { runId: 'others-13', timeoutMs: 60_000 });
      // Who reads further up stays there.
      await terminal.shows('further up');
      expect(terminal.screen).toContain('You said Number 1.');
      terminal.press('C-End');
      await terminal.shows('You said Number 13.');
    } finally {
      client.close();
    }
  });

  it('outlasts the gateway, and says what was written meanwhile once', async () => {
    await open('outlasts');
    say('Before');
    await terminal.shows('You said Before.');
    const { stateDir, port } = gateway;
    await gateway.signal('SIGTERM');
    await terminal.shows('no gateway:');
    say('Meanwhile');
    await terminal.shows('you · sending');
    gateway = await GatewayProcess.start({ stateDir, port });
    await terminal.shows('You said Meanwhile.');
    expect(await terminal.shows('connected')).not.toContain('not connected');
    expect(terminal.screen.match(/You said Meanwhile\./g)).toHaveLength(1);
    terminal.press('C-d');
    expect(await terminal.end()).toBe(0);
  });

  it('is for terminals, and for a gateway that there is', async () => {
    terminal = Terminal.openclaw(['tui'], { ...env(), OPENCLAW_GATEWAY_PORT: '1' }, SIZE);
    expect(await terminal.end()).toBe(69);
    expect(terminal.screen).toContain('no gateway answers');
    const piped = await runCli(['tui'], { env: env(), input: '' });
    expect([piped.code, piped.stderr]).toEqual([2, expect.stringContaining('needs a terminal')]);
  });
});
