import { FakeModels } from '../fakes/model-server';
import { Gate } from '../fakes/model-formats/model-format';
import { GatewayProcess, until } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';
import { Terminal } from '../harness/terminal';

describe('openclaw chat', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = ({ lastUser, text }) => ({
      steps: [{ text: `${lastUser} after ${[...text.matchAll(/"role":"user"/g)].length - 1} others` }],
    });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        tools: { exec: { host: 'gateway', security: 'allowlist', ask: 'always' } },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await models.stop();
  });

  const place = (): Record<string, string> => ({
    OPENCLAW_STATE_DIR: gateway.stateDir,
    OPENCLAW_GATEWAY_PORT: String(gateway.port),
  });
  const chat = (input: string, ...args: string[]): Promise<CliResult> =>
    runCli(['chat', ...args], {
      env: place(),
      input,
    });

  it('answers line by line, in one conversation, commands too, and leaves when told', async () => {
    const said = await chat('first\n\nsecond\n/whoami\n/exit\nthird\n', '--session', 'terminal');
    expect(said.code).toBe(0);
    expect(said.stdout.split('\n').slice(0, 2)).toEqual(['first after 0 others', 'second after 1 others']);
    expect(said.stdout).toContain('Conversation: agent:main:terminal');
    expect(said.stdout).not.toContain('third');
  });

  it('shows what was said, lists conversations and goes from one to another', async () => {
    const said = await chat('tea\n/history 2\n/session other\ncoffee\n/sessions\n/history many\n', '--session', 'one');
    expect(said.stdout).toMatch(/^tea after 0 others\ntea\ntea after 0 others\ncoffee after 0 others\n/);
    expect(said.stdout).toMatch(/^Session .*\nagent:main:other [\s\S]*\nagent:main:one /m);
    expect(said.stderr).toMatch(/user, \d{4}-\d\d-\d\d [\s\S]*this is other now\nnothing was said yet/);
    expect([said.code, said.stderr]).toEqual([1, expect.stringContaining('/history takes a number from 1 to 200')]);
  });

  it('prints one JSON value', async () => {
    const { stdout } = await chat('hello\n', '--json', '--session', 'json');
    expect(JSON.parse(stdout)).toEqual([
      { runId: expect.any(String) as string, message: 'hello', text: 'hello after 0 others' },
    ]);
  });

  (Terminal.isThere ? describe : describe.skip)('on a terminal', () => {
    let terminal: Terminal;
    const gate = new Gate();
    const words = 'Wide words 漢字漢字 stand in a line that ends between two of them. '.repeat(3).trim();
    beforeAll(() => {
      const { answer } = models;
      models.answer = (request) =>
        request.lastUser === 'slowly'
          ? { steps: [{ text: `${words}\nThe second line` }, { until: gate }, { text: ' ends.' }] }
          : request.lastUser === 'touch it' && request.toolResults === 0
            ? { steps: [{ tool: { name: 'exec', args: { command: 'touch made', host: 'gateway' } } }] }
            : answer(request);
    });
    afterEach(() => terminal.close());
    const open = async (session = 'tty'): Promise<void> => {
      terminal = Terminal.openclaw(['chat', '--session', session], place(), { columns: 50, rows: 30 });
      await terminal.shows(/Ctrl-C stops[\s\S]*you>/);
    };
    const say = (text: string): void => {
      terminal.type(text);
      terminal.press('Enter');
    };

    it('keeps what is being written below an answer that comes, and takes commands meanwhile', async () => {
      await open();
      say('slowly');
      const begun = await terminal.shows('two of');
      // Between words, and nothing of it twice.
      expect(begun).toMatch(/^Wide words 漢字漢字 stand in a line that ends$/m);
      terminal.type('half a mess');
      await terminal.shows('you> half a mess');
      gate.open();
      await terminal.shows(/The second line ends\.\nyou> half a mess$/);
      terminal.type('age');
      terminal.press('Enter');
      await terminal.shows('half a message after');
      say('/whoami');
      await terminal.shows('Conversation: agent:main:tty');
    });

    it('shows what Markdown means, row by row, and prints it as it is where nobody looks', async () => {
      const { answer } = models;
      const end = new Gate();
      const marked = '# A title\n\nSome **bold** and `code`.\n\n- one\n- two\n\n| a | b |\n| --- | --- |\n| 漢字 | 2 |';
      models.answer = (request) =>
        request.lastUser === 'marks'
          ? { steps: [{ text: `${marked}\n` }, { until: end }, { text: '| c | 3 |' }] }
          : answer(request);
      await open('marked');
      say('marks');
      const shown = await terminal.shows(/• two/);
      expect(shown).toMatch(/^A title\n\nSome bold and code\.\n\n• one\n• two$/m);
      expect(shown).not.toContain('漢字');
      end.open();
      await terminal.shows(/漢字 +2\s+c +3/);
      expect(terminal.screen).not.toMatch(/\*\*|`|---/);
      terminal.close();

      terminal = Terminal.openclaw(['agent', '--session', 'once', '-m', 'marks'], place());
      await terminal.shows(/• two[\s\S]*ended with 0/);
      const piped = await runCli(['agent', '--session', 'piped', '-m', 'marks', '--stream'], { env: place() });
      expect(piped.stdout).toBe(`${marked}\n| c | 3 |\n`);
      models.answer = answer;
    });

    it('remembers what was said, asks for decisions, and leaves while an answer is written', async () => {
      await open();
      terminal.press('Up', 'Up');
      await terminal.shows('you> half a message');
      terminal.press('C-u');
      say('touch it');
      const asked = await terminal.shows(/Answer with: \/approve (\S+) allow-once/);
      const id = /\/approve (\S+) allow-once/.exec(asked)?.[1] ?? '';
      say(`/approve ${id} deny`);
      await terminal.shows('Decided: deny');
      await terminal.shows('touch it after');
      models.answer = () => ({ steps: [{ text: 'On and on\n' }, { stall: true }] });
      say('for ever');
      await terminal.shows('On and on');
      terminal.press('C-c');
      await terminal.shows('(stopped)');
      say('again');
      await until('the answer to begin', () => (models.requests.at(-1)?.lastUser ?? '') === 'again');
      say('/exit');
      expect(await terminal.end()).toBe(0);
    });
  });

  it('says so where no gateway answers', async () => {
    const { code, stderr } = await runCli(['chat'], { env: { OPENCLAW_GATEWAY_PORT: '1' }, input: 'x\n' });
    expect(code).toBe(69);
    expect(stderr).toContain('no gateway answers');
  });
});
