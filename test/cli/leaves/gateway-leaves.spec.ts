import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FakeModels } from '../../fakes/model-server';
import { FakeNode } from '../../harness/fake-node';
import { Terminal } from '../../harness/terminal';
import { WireClient } from '../../harness/wire-client';
import { CliWorker } from '../../harness/cli-worker';
import { GatewayProcess } from '../../harness/gateway-process';
import { type CliResult, runCli } from '../../harness/run-cli';

/** Leaves about tools, the sandbox, memory, models, plugins and skills, and the manners of all of them. */
describe('leaves about the gateway', () => {
  let gateway: GatewayProcess;
  let models: FakeModels;
  let cli: CliWorker;
  let env: Record<string, string>;
  beforeAll(async () => {
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
    });
    env = { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port), HOME: gateway.stateDir };
    cli = CliWorker.start(env);
  });
  afterAll(async () => {
    await cli.stop();
    await gateway.stop();
    await models.stop();
  });
  const run = (...args: string[]): Promise<CliResult> => cli.run(...args);
  const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).stdout);

  it('tools list, info, invoke', async () => {
    expect((await run('tools', 'list', '--group', 'fs')).stdout).toMatch(
      /^Tool +Group +What it does\n[\s\S]*\nread +fs/,
    );
    expect((await run('tools', 'list', '--group', 'fish')).stderr).toContain('there is no group "fish"');
    expect((await run('tools', 'info', 'read')).stdout).toMatch(/Tool +read\n[\s\S]*Allowed +yes/);
    expect(await run('tools', 'info', 'raed')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"read"') as string,
    });
    writeFileSync(join(gateway.stateDir, 'workspace', 'shopping.txt'), 'milk\n');
    expect((await run('tools', 'invoke', 'read', '--args', '{"path":"shopping.txt"}')).stdout).toContain('milk');
    expect(await json('tools', 'invoke', 'read', '--args', '{"path":"shopping.txt"}')).toMatchObject({ ok: true });
    expect((await run('tools', 'invoke', 'read', '--args', 'x')).code).toBe(2);
    expect((await run('tools', 'invoke', 'nosuch')).stderr).toContain('there is no tool "nosuch"');
    expect((await run('tools', 'invoke', 'exec', '--args', '{"command":"true"}')).stderr).toContain('gateway.tools');
  });

  it('memory get and reset, sandbox list, explain, recreate', async () => {
    mkdirSync(join(gateway.stateDir, 'workspace', 'memory'), { recursive: true });
    writeFileSync(join(gateway.stateDir, 'workspace', 'memory', 'wifi.md'), 'first\nthe wifi password is fish\nlast\n');
    expect((await run('memory', 'get', 'memory/wifi.md', '--from', '2', '--lines', '1')).stdout).toBe(
      'the wifi password is fish\n',
    );
    expect((await run('memory', 'get', 'openclaw.json')).stderr).toContain('no memory file');
    expect((await run('memory', 'get', 'memory/none.md')).code).toBe(1);
    expect((await run('memory', 'search', 'wifi')).stdout).toContain('fish');
    expect((await run('memory', 'reset')).stdout).toMatch(/^the index of main is empty \(it had [1-9]/);
    expect((await run('memory', 'search', 'wifi')).stdout).toContain('fish');
    expect((await run('memory', 'status', '--agent', 'nobody')).stderr).toContain('unknown agent id "nobody"');

    mkdirSync(join(gateway.stateDir, 'cache', 'sandbox', 'left-behind', 'tmp'), { recursive: true });
    expect((await run('sandbox', 'list')).stdout).toContain('(gone) left-behind');
    expect((await run('sandbox', 'explain')).stdout).toMatch(/Session +agent:main:main\n[\s\S]*Driver +bubblewrap/);
    expect((await run('sandbox', 'recreate', '--all')).code).toBe(2);
    expect((await run('sandbox', 'recreate', '--all', '--force')).stdout).toBe('1 room is removed\n');
    expect((await run('sandbox', 'recreate', '--all', '--force')).code).toBe(1);
  });

  it('what shows a state takes --watch, which is no single value', async () => {
    const shown = [
      ['health'],
      ['status'],
      ['nodes', 'status'],
      ['nodes', 'list'],
      ['nodes', 'pending'],
      ['devices', 'list'],
      ['pairing', 'list'],
      ['system', 'presence'],
      ['cluster', 'status'],
      ['runs', 'list'],
    ];
    for (const words of shown)
      expect([words, await run(...words, '--watch', '--json')]).toEqual([
        words,
        expect.objectContaining({ code: 2, stdout: expect.stringContaining('--watch has no JSON output') as string }),
      ]);
    if (!Terminal.isThere) return;
    const terminal = Terminal.openclaw(['nodes', 'status', '--watch'], env);
    const admin = await WireClient.connected(gateway.url);
    try {
      await terminal.shows('no nodes');
      const node = await FakeNode.connect(
        gateway.url,
        admin,
        { platform: 'macos', displayName: 'Kitchen Mac', commands: ['system.which'] },
        () => undefined,
      );
      await terminal.shows(/Kitchen Mac .* connected/);
      node.close();
      await terminal.shows(/Kitchen Mac .* away/);
      terminal.press('C-c');
      expect(await terminal.end()).not.toBe(0);
    } finally {
      admin.close();
      terminal.close();
    }
  });

  it('sandbox test tells what commands can reach', async () => {
    const { ok, reason, probes } = (await json('sandbox', 'test')) as {
      ok: boolean;
      reason?: string;
      probes: object[];
    };
    expect([ok, reason, probes.length > 5]).toEqual([true, undefined, true]);
  });

  it('models scan and auth login', async () => {
    const scanned = await json('models', 'scan', '--provider', 'fake', '--max-candidates', '1');
    expect(scanned).toMatchObject({ candidates: [{ model: 'fake/fake-1', ms: expect.any(Number) as number }] });
    expect((await run('models', 'scan', '--provider', 'nobody')).code).toBe(1);
    models.about = ({ url, headers }) =>
      url.endsWith('/models')
        ? { status: headers.authorization === 'Bearer sk-right' ? 200 : 401, body: { data: [{ id: 'fake-1' }] } }
        : undefined;
    // What is typed comes on standard input, so these are processes of their own.
    const login = (provider: string, key: string): Promise<CliResult> =>
      runCli(['models', 'auth', 'login', '--provider', provider], { env, input: key });
    expect((await login('nobody', 'x')).stderr).toContain('--provider "nobody" is not known');
    const refused = await login('fake', 'sk-wrong');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('nothing was kept')]);
    expect((await run('models', 'auth', 'list')).stdout).not.toContain('fake');
    expect((await login('fake', 'sk-right')).stdout).toContain('fake:default is kept');
  });

  it('gateway health, probe and usage-cost', async () => {
    expect((await run('gateway', 'health')).stdout).toMatch(/^Gateway: /);
    expect(await json('gateway', 'probe', '--no-discover')).toMatchObject({ ok: true, gateways: [{ ok: true }] });
    expect((await run('gateway', 'probe', '--no-discover', '--url', 'ws://127.0.0.1:1')).stdout).toMatch(
      /ws:\/\/127\.0\.0\.1:1 +--url +failed/,
    );
    expect(await json('gateway', 'usage-cost', '--days', '3')).toMatchObject({ days: 3 });
  });

  it('config explain and explain config', async () => {
    expect((await run('config', 'explain', 'gateway.port')).stdout).toMatch(/Type +integer\nDefault +18789/);
    expect(await json('explain', 'config', 'agents.defaults.model.primary')).toMatchObject({
      value: 'fake/fake-1',
      from: 'file',
    });
    expect((await run('config', 'explain', 'gateway.prt')).stderr).toContain('did you mean "port"?');
  });

  it('manners: forms, parts, prefixes, names, choices, suggestions, nothing done', async () => {
    const job = (await json('cron', 'create', '--name', 'tea', '--at', '2h', '--system-event', 'tea')) as {
      id: string;
    };
    for (const typed of [job.id, job.id.slice(0, 6), 'tea'])
      expect(await run('automations', 'show', typed)).toMatchObject({
        stderr: '',
        stdout: expect.stringContaining(job.id) as string,
      });
    const yaml = parse((await run('cron', 'list', '-o', 'yaml')).stdout) as { jobs: { name: string }[] };
    expect(yaml.jobs[0]?.name).toBe('tea');
    expect((await run('cron', 'list', '--field', 'jobs.*.name')).stdout).toBe('tea\n');
    expect(await run('cron', 'list', '--field', 'nothing')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('there are: jobs') as string,
    });
    expect((await run('cron', 'list', '-o', 'xml')).code).toBe(2);
    expect((await run('cron', 'list', '--log-level', 'warn', '--no-color')).code).toBe(0);
    expect((await run('cron', 'add', '--thinking', 'hihg')).stderr).toContain('did you mean "high"?');
    expect((await run('cron', 'lst')).stderr).toContain('did you mean "cron list"?');
    expect((await run('system', 'heartbeat', 'nwo')).stderr).toContain('did you mean "system heartbeat now"?');
    expect((await run('cron', 'list', 'surplus')).stderr).toContain('see:');
    expect((await run('cron', 'delete', 'tea')).stdout).toBe(`removed ${job.id}\n`);
    expect(await run('cron', 'rm', 'tea')).toMatchObject({ code: 1, stdout: '' });
    expect((await run('help', 'cron', 'rm')).stdout).toMatch(
      /Also called: remove, delete[\s\S]*Example:\n {2}openclaw cron rm/,
    );
  });

  // Plugins make the gateway start anew, so this comes last.
  it('plugins update, skills create and validate', async () => {
    const source = join(gateway.stateDir, 'a-plugin');
    mkdirSync(source);
    const write = (version: string): void =>
      writeFileSync(
        join(source, 'openclaw.plugin.json'),
        JSON.stringify({ id: 'a-plugin', version, configSchema: {} }),
      );
    write('1.0.0');
    expect((await run('plugins', 'install', source)).stderr).toBe('');
    expect((await run('plugins', 'update', 'a-plugin')).stdout).toContain('is as it was');
    write('1.1.0');
    expect(await json('plugins', 'update', '--all')).toMatchObject({
      plugins: [{ id: 'a-plugin', version: '1.1.0', changed: true }],
    });
    expect((await run('plugins', 'uninstall', 'a-plugin')).stdout).toBe('a-plugin is gone\n');
    const made = (await run('skills', 'create', 'plant-care', '--description', 'When to water')).stdout.trim();
    expect((await run('skills', 'validate', join(made, '..'))).stdout).toBe('plant-care: valid\n');
    writeFileSync(made, '---\nname: [\n---\n');
    expect((await run('skills', 'validate', join(made, '..'))).code).toBe(1);
  });
});
