import { FakeModels } from '../fakes/model-server';
import { GatewayProcess } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';

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
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await models.stop();
  });

  const chat = (input: string, ...args: string[]): Promise<CliResult> =>
    runCli(['chat', ...args], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
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

  it('says so where no gateway answers', async () => {
    const { code, stderr } = await runCli(['chat'], { env: { OPENCLAW_GATEWAY_PORT: '1' }, input: 'x\n' });
    expect(code).toBe(69);
    expect(stderr).toContain('no gateway answers');
  });
});
