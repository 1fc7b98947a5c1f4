import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import JSON5 from 'json5';
import { FakeModels } from '../../fakes/model-server';
import { CliWorker, runCliShared } from '../../harness/cli-worker';
import { GatewayProcess, until } from '../../harness/gateway-process';
import { type CliResult, runCli } from '../../harness/run-cli';

/** Commands that work on files alone. */
describe('without a gateway', () => {
  let stateDir: string;
  let file: string;
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-leaves-'));
    file = join(stateDir, 'openclaw.json');
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(file, '{ // mine\n  gateway: { mode: "local" } }', { mode: 0o600 });
  });
  afterEach(() => rmSync(stateDir, { recursive: true, force: true }));
  const env = (): Record<string, string> => ({
    OPENCLAW_STATE_DIR: stateDir,
    ANTHROPIC_API_KEY: 'sk-ant-api-1234',
  });
  const run = (args: string, input?: string): Promise<CliResult> =>
    input === undefined
      ? runCliShared(args.split(' '), { env: env() })
      : runCli(args.split(' '), { env: env(), input });
  const config = (): { agents: { defaults: Record<string, unknown> } } => JSON5.parse(readFileSync(file, 'utf8'));

  it('models set, fallbacks and aliases write what is checked, and keep comments', async () => {
    expect(await run('models set nosuch/model')).toMatchObject({ code: 1, stdout: '' });
    expect(readFileSync(file, 'utf8')).not.toContain('agents');
    expect((await run('models set anthropic/claude-opus-5-5')).code).toBe(0);
    expect(config().agents.defaults).toEqual({ model: 'anthropic/claude-opus-5-5' });
    expect((await run('models fallbacks add openai/gpt-5.4')).code).toBe(0);
    expect((await run('models fallbacks add openai/gpt-5.4')).stderr).toContain('already');
    expect((await run('models aliases add fast openai/gpt-5.4')).code).toBe(0);
    expect(JSON.parse((await run('models aliases list --json')).stdout)).toEqual({
      aliases: { fast: 'openai/gpt-5.4' },
    });
    // A model by its short name; it leaves the fall-backs as it comes to the front.
    expect((await run('models set fast')).code).toBe(0);
    expect(config().agents.defaults).toMatchObject({ model: 'openai/gpt-5.4' });
    expect(JSON.parse((await run('models fallbacks list --json')).stdout)).toEqual({ fallbacks: [] });
    expect((await run('models aliases remove fast')).code).toBe(0);
    expect((await run('models fallbacks remove x/y')).code).toBe(1);
    expect((await run('models image-fallbacks add anthropic/claude-opus-5-5')).code).toBe(0);
    expect(config().agents.defaults['imageModel']).toEqual({ fallbacks: ['anthropic/claude-opus-5-5'] });
    expect((await run('models image-fallbacks clear')).code).toBe(0);
    expect(config().agents.defaults).not.toHaveProperty('imageModel');
    expect(readFileSync(file, 'utf8')).toContain('// mine');
  });

  it('models status says which model answers, why, and what is missing', async () => {
    const first = JSON.parse((await run('models status --json')).stdout) as { ok: boolean; models: object[] };
    expect(first).toMatchObject({
      ok: true,
      models: [
        {
          use: 'the model of main',
          from: 'environment ANTHROPIC_API_KEY',
          key: expect.stringContaining('1234') as string,
        },
      ],
    });
    expect(JSON.stringify(first)).not.toContain('sk-ant-api');
    await run('models set openai/gpt-5.4');
    const second = await run('models status --check');
    expect(second.code).toBe(1);
    expect(second.stdout).toMatch(/openai\/gpt-5\.4 .*missing/);
    expect(second.stdout).toContain('OPENAI_API_KEY');
  });

  it('models auth keeps several credentials of a provider, their values in the secret store', async () => {
    const key = 'sk-of-the-work-account';
    expect((await run('models auth paste-api-key --provider openai --profile-id work', `${key}\n`)).code).toBe(0);
    expect(
      (await run('models auth paste-token --provider openai --profile-id own --expires-in 30', 'tok-own')).code,
    ).toBe(0);
    const stored = readFileSync(join(stateDir, 'agents/main/agent/auth-profiles.json'), 'utf8');
    expect(stored).not.toContain(key);
    expect((await run('models auth order set openai:own openai:work --provider openai')).code).toBe(0);
    const { profiles } = JSON.parse((await run('models auth list --json')).stdout) as { profiles: { id: string }[] };
    expect(profiles.map(({ id }) => id)).toEqual(['openai:own', 'openai:work']);
    await run('models set openai/gpt-5.4');
    expect((await run('models status --check')).stdout).toContain('profile openai:own');
    expect((await run('models auth logout openai:own')).code).toBe(0);
    expect(JSON.parse((await run('models auth order get --provider openai --json')).stdout)).toMatchObject({
      order: ['openai:work'],
    });
    expect((await run('models auth logout openai:own')).stderr).toContain('there are: openai:work');
    expect((await run('models auth setup-token', 'sk-ant-api-no')).stderr).toContain('sk-ant-oat');
    expect((await run('models auth paste-api-key --provider openai', '')).code).toBe(2);
  });

  it('database says where it is before there is one', async () => {
    expect(JSON.parse((await run('database status --json')).stdout)).toMatchObject({
      dialect: 'sqlite',
      exists: false,
    });
    expect((await run('database check')).code).toBe(1);
  });
});

describe('with a gateway', () => {
  let gateway: GatewayProcess;
  let models: FakeModels;
  let cli: CliWorker;
  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'said and done' }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
    });
    cli = CliWorker.start({
      OPENCLAW_STATE_DIR: gateway.stateDir,
      OPENCLAW_GATEWAY_PORT: String(gateway.port),
    });
  });
  afterAll(async () => {
    await cli.stop();
    await gateway.stop();
    await models.stop();
  });
  const run = (...args: string[]): Promise<CliResult> => cli.run(...args);

  it('sessions: send, history, show, patch, abort, tail, delete', async () => {
    expect((await run('sessions', 'send', 'errands', '-m', 'buy milk')).stdout).toMatch(/^taken as /);
    await until('the answer', async () =>
      (await run('sessions', 'history', 'errands')).stdout.includes('said and done'),
    );
    expect((await run('sessions', 'history', 'errands', '--limit', '5')).stdout).toMatch(
      /user, [\s\S]*buy milk[\s\S]*assistant/,
    );
    expect((await run('sessions', 'patch', 'errands', '--label', 'Errands', '--thinking', 'low')).stdout).toContain(
      'label Errands, thinkingLevel low',
    );
    const shown = JSON.parse((await run('sessions', 'show', 'errands', '--json')).stdout) as Record<string, unknown>;
    expect(shown).toMatchObject({ label: 'Errands', thinkingLevel: 'low' });
    await run('sessions', 'patch', 'errands', '--thinking', 'none');
    expect((await run('sessions', 'show', 'errands')).stdout).not.toContain('thinkingLevel');
    expect((await run('sessions', 'abort', 'errands')).stdout).toBe('nothing was running\n');
    // By the beginning of the key, with its agent or without, and by its name.
    for (const typed of ['err', 'agent:main:err', 'Errands'])
      expect(JSON.parse((await run('sessions', 'show', typed, '--json')).stdout)).toMatchObject({
        key: 'agent:main:errands',
      });
    const runId = JSON.parse((await run('runs', 'list', '--limit', '1', '--json')).stdout) as {
      runs: { id: string }[];
    };
    const [{ id = '' } = {}] = runId.runs;
    expect((await run('trace', id.slice(0, 8))).stdout).toContain(`/${id}`);
    expect((await run('trace', id.slice(0, 3))).stderr).toContain('nothing is known of');
    expect(await run('sessions', 'list', '--watch', '--json')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('--watch has no JSON') as string,
    });
    let heard: CliResult | undefined;
    const { stateDir, port } = gateway;
    const tail = runCli(['sessions', 'tail', 'errands', '--for', '15'], {
      env: { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port) },
    }).then((result) => (heard = result));
    // As often as it takes: nobody knows when it has begun to listen.
    for (let n = 0; heard === undefined; n++) await run('sessions', 'send', 'errands', '-m', `and again ${n}`);
    expect((await tail).stdout).toContain('said and done');
    expect((await run('sessions', 'delete', 'errands')).stdout).toContain('is forgotten');
    expect(await run('sessions', 'show', 'errands')).toMatchObject({ code: 1, stdout: '' });
    expect((await run('sessions', 'delete', 'errands')).stderr).toContain('there is no conversation "errands"');
    expect((await run('sessions', 'patch', 'main')).code).toBe(2);
  });

  it('models status tries them, database reads what is there', async () => {
    expect((await run('models', 'status', '--probe')).stdout).toMatch(/fake\/fake-1 .*in \d+ ms/);
    expect((await run('database', 'check')).stdout).toBe('the database is sound\n');
    expect((await run('database', 'status')).stdout).toMatch(/Schema: \d{4}-/);
    expect((await run('database', 'migrate', '--to', 'sqlite')).stderr).toContain('is SQLite already');
    expect(await run('database', 'migrate', '--to', 'postgres://u@127.0.0.1:1/x')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('stop it first') as string,
    });
  });

  it('speech, jobs, heartbeats and devices', async () => {
    expect((await run('tts', 'enable')).stdout).toBe('answers are spoken\n');
    expect((await run('tts', 'status')).stdout).toContain('spoken (always)');
    expect((await run('tts', 'disable')).code).toBe(0);
    expect((await run('tts', 'providers')).stdout).toMatch(/openai +OpenAI +no/);
    expect((await run('tts', 'set-provider', 'nobody')).code).toBe(1);
    expect((await run('tts', 'convert', '--text', 'hello')).code).not.toBe(0);
    const added = await run('cron', 'add', '--name', 'tea', '--at', '2h', '--system-event', 'tea', '--json');
    const { id } = JSON.parse(added.stdout) as { id: string };
    expect((await run('cron', 'show', id)).stdout).toMatch(/Name +tea/);
    expect((await run('system', 'heartbeat', 'now')).stdout).toContain('on its way');
    const { paired } = JSON.parse((await run('devices', 'list', '--json')).stdout) as {
      paired: { deviceId: string }[];
    };
    const own = paired[0]?.deviceId ?? '';
    expect((await run('devices', 'rename', '--device', own, '--name', ' Kitchen ')).stdout).toBe(
      'the device is called Kitchen from now on\n',
    );
    expect((await run('devices', 'list')).stdout).toContain('Kitchen');
    expect((await run('devices', 'rename', '--device', 'Kitchen', '--name', ' ')).stderr).toContain('label');
    expect((await run('devices', 'rename', '--device', own)).code).toBe(2);
    expect(await run('devices', 'rotate', '--device', own)).toMatchObject({ code: 0, stderr: '' });
    expect((await run('devices', 'rotate')).code).toBe(2);
    expect((await run('devices', 'revoke', '--device', 'nosuch')).code).toBe(1);
    expect((await run('devices', 'remove', own)).stdout).toBe('the device is forgotten\n');
  });
});
