import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, freePort, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';

const SAID = 'gateway: not running, so this is what is on the disk';

describe('commands where no gateway runs', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let env: Record<string, string>;
  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'Hello back.' }] });
    gateway = await GatewayProcess.start({
      ownProcess: true,
      config: {
        models: { providers: { fake: models.provider('openai-completions', 'fake-1') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: { telegram: { enabled: false, botToken: '1:CANARY' } },
      },
    });
    env = {
      OPENCLAW_STATE_DIR: gateway.stateDir,
      OPENCLAW_GATEWAY_PORT: String(gateway.port),
      OPENCLAW_UI_PORT: '0',
    };
    expect((await runCli(['agent', '--message', 'Hello there'], { env })).code).toBe(0);
    expect((await runCli(['cron', 'add', '--name', 'Look', '--every', '1h', '--message', 'x'], { env })).code).toBe(0);
  });
  afterAll(async () => {
    await gateway.stop();
    await models.stop();
  });

  const COMMANDS = [
    'sessions list',
    'sessions show main',
    'sessions history main',
    'channels list',
    'pairing list',
    'approvals get',
    'agents list',
    'tools list',
    'tools info exec',
    'memory status',
    'memory search --query Hello',
    'explain route --channel telegram --peer 5',
    'explain tools',
    'models list',
    'models list --all --local',
    'webhooks list',
    'sandbox list',
    'sandbox explain',
    'cron list --all',
    'cron get Look',
    'cron runs --id Look',
    'runs list',
    'tasks list --status completed',
    'usage cost',
  ];
  /** Keys of an answer, which say what was read; of lists those of the first entry. */
  const keysOf = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.slice(0, 1).map(keysOf)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, keysOf(each)]))
        : 'value';

  it('read what is on the disk, in the same form, say so, and start nothing', async () => {
    const asked = new Map<string, unknown>();
    for (const command of COMMANDS) {
      const { code, stdout, stderr } = await runCli([...command.split(' '), '--json'], { env });
      expect([command, code, stderr.includes(SAID)]).toEqual([command, 0, false]);
      asked.set(command, keysOf(JSON.parse(stdout)));
    }
    // A turn is cut off: it must wait for a gateway.
    models.answer = () => ({ steps: [{ waitMs: 600_000 }, { text: 'late' }] });
    void runCli(['agent', '--message', 'Think long'], { env });
    await until('the model thinks', () => models.requests.some(({ lastUser }) => lastUser.includes('Think long')));
    await gateway.signal('SIGKILL');
    const requests = models.requests.length;
    for (const command of COMMANDS) {
      const { code, stdout, stderr } = await runCli([...command.split(' '), '--json'], { env });
      expect([command, code, stderr]).toEqual([command, 0, expect.stringContaining(SAID)]);
      if (command !== 'runs list') expect([command, keysOf(JSON.parse(stdout))]).toEqual([command, asked.get(command)]);
    }
    expect(models.requests).toHaveLength(requests);
  });

  it('change what is on the disk', async () => {
    expect((await runCli(['agents', 'add', 'bob', '--non-interactive'], { env })).code).toBe(0);
    expect((await runCli(['agents', 'list'], { env })).stdout).toContain('bob');
    expect((await runCli(['agents', 'delete', 'bob', '--force'], { env })).code).toBe(0);
    expect((await runCli(['agents', 'list'], { env })).stdout).not.toContain('bob');
    expect((await runCli(['approvals', 'allowlist', 'add', 'git', 'status'], { env })).code).toBe(0);
    const rules = await runCli(['approvals', 'allowlist', 'list', '--json'], { env });
    expect(JSON.parse(rules.stdout)).toMatchObject({ entries: [{ agentId: '*', pattern: 'git', args: ['status'] }] });
    expect((await runCli(['approvals', 'allowlist', 'list', '--agent', 'work'], { env })).stdout).toBe('none\n');
  });

  it('say that they need a gateway where they do, or where it is elsewhere', async () => {
    for (const args of [
      ['sessions', 'reset', 'main'],
      ['cron', 'run', 'Look'],
      ['sessions', 'list', '--url', `ws://127.0.0.1:${await freePort()}`],
    ]) {
      const { code, stderr } = await runCli(args, { env });
      expect([args, code, stderr]).toEqual([args, 69, expect.stringContaining('no gateway answers at')]);
    }
    expect((await runCli(['gateway', 'local'], { env })).code).toBe(2);
  });

  it('keep no gateway from starting, which goes on with what was cut off', async () => {
    models.answer = () => ({ steps: [{ text: 'Done now.' }] });
    const reading = Array.from({ length: 3 }, () => runCli(['sessions', 'list'], { env }));
    const next = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port, ownProcess: true });
    await Promise.all(reading);
    await until('the turn is done', async () =>
      (await runCli(['sessions', 'history', 'main'], { env })).stdout.includes('Done now.'),
    );
    await next.stop();
  });
});
