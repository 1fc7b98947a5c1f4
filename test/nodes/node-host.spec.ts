import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPENCLAW, TEST_TOKEN, cleanEnvironment, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

const SANDBOX = process.env['TEST_SANDBOX'];

describe('openclaw node run', () => {
  let bench: ToolBench;
  let stateDir: string;
  let files: string;
  let host: ChildProcess;
  let nodeId: string;
  const said: string[] = [];

  const start = (...args: string[]): ChildProcess => {
    const child = spawn(OPENCLAW, ['node', 'run', '--display-name', 'Shed', '--files', files, ...args], {
      env: { ...cleanEnvironment(), OPENCLAW_STATE_DIR: stateDir, SECRET_OF_THE_SHED: 'hunter2' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.on('data', (text: Buffer) => said.push(text.toString('utf8')));
    return child;
  };
  const row = async (): Promise<Record<string, unknown> | undefined> => {
    const { nodes } = await bench.client.done<{ nodes: Record<string, unknown>[] }>('node.list');
    return nodes.find((node) => node['connected'] === true);
  };
  const invoke = (command: string, params: unknown): Promise<Record<string, unknown>> =>
    bench.client
      .call('node.invoke', { nodeId, command, params, idempotencyKey: `${Math.random()}` })
      .then(({ payload, error }) => (error ? { error } : (payload?.['payload'] as Record<string, unknown>)));
  const cli = (...args: string[]) =>
    runCli(args, {
      env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) },
    });

  beforeAll(async () => {
    bench = await ToolBench.start({
      config: { gateway: { nodes: { allowCommands: ['dir.list', 'file.fetch', 'file.write'] } } },
    });
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-shed-'));
    files = mkdtempSync(join(tmpdir(), 'openclaw-shed-files-'));
    host = start('--port', String(bench.gateway.port), '--token', TEST_TOKEN);
    await until('the node', async () => (await row()) !== undefined);
    nodeId = String((await row())?.['nodeId']);
  });
  afterAll(async () => {
    host.kill('SIGTERM');
    await bench.stop();
    rmSync(stateDir, { recursive: true, force: true });
    rmSync(files, { recursive: true, force: true });
  });

  it('is a node with a name, what it offers and how its machine is', async () => {
    await until('its facts', async () => (await row())?.['hostStats'] !== undefined);
    expect(await row()).toMatchObject({
      displayName: 'Shed',
      commands: expect.arrayContaining(['system.run', 'system.which', 'dir.list']),
      hostStats: { cpuCount: expect.any(Number) },
    });
    const { bins } = await invoke('system.which', { bins: ['sh', 'no-such-program', '../sh'] });
    expect(Object.keys(bins as object)).toEqual(['sh']);
  });

  (SANDBOX ? it : it.skip)(
    'runs what is not listed behind a sandbox, without network or the files of its owner',
    async () => {
      writeFileSync(join(files, 'private.txt'), 'mine');
      const line = `echo hello; cat ${join(files, 'private.txt')}; cat ${join(stateDir, 'identity', 'device.json')}; echo "[$SECRET_OF_THE_SHED]"; ls /sys/class/net`;
      const end = await invoke('system.run', { command: ['/bin/sh', '-c', line] });
      expect(end).toMatchObject({ ranIn: 'sandbox', timedOut: false });
      expect(end['stdout']).toMatch(/^hello\n/);
      expect(end['stdout']).not.toMatch(/mine|PRIVATE|hunter2|eth0/);
    },
  );

  it('runs what its owner has listed on the machine, by rules that are read and written over the gateway', async () => {
    const cat = ((await invoke('system.which', { bins: ['cat'] }))['bins'] as { cat: string }).cat;
    const wish = { command: ['/bin/sh', '-c', `cat ${join(files, 'listed.txt')}`], cwd: '/' };
    writeFileSync(join(files, 'listed.txt'), 'seen');
    expect(await invoke('system.run', wish)).toMatchObject({
      error: { details: { nodeError: { code: 'SYSTEM_RUN_DENIED' } } },
    });
    const added = await cli('approvals', 'allowlist', 'add', '--node', 'Shed', cat, join(files, 'listed.txt'));
    expect(added).toMatchObject({ code: 0 });
    expect(await invoke('system.run', wish)).toMatchObject({ ranIn: 'host', stdout: 'seen', exitCode: 0 });
    // Another file is another command.
    expect(await invoke('system.run', { ...wish, command: ['cat', join(files, 'private.txt')] })).toMatchObject({
      error: { details: { nodeError: { code: 'SYSTEM_RUN_DENIED' } } },
    });
    const rules = JSON.parse(readFileSync(join(stateDir, 'exec-approvals.json'), 'utf8'));
    expect(rules.agents['*'].allowlist).toEqual([{ pattern: cat, args: [join(files, 'listed.txt')] }]);
    const stale = { nodeId, file: { version: 1 }, baseHash: '0'.repeat(64) };
    const refused = await bench.client.call('exec.approvals.node.set', stale);
    expect(refused.error?.details).toMatchObject({ nodeError: { code: 'EXEC_APPROVALS_CHANGED' } });
    expect((await cli('approvals', 'allowlist', 'remove', '--node', 'Shed', cat, join(files, 'listed.txt'))).code).toBe(
      0,
    );
    expect(await invoke('system.run', wish)).toHaveProperty('error');
  });

  it('obeys nothing that says it was approved', async () => {
    const wish = { command: ['cat', '/etc/hostname'], cwd: '/', approved: true };
    expect(await invoke('system.run', wish)).toHaveProperty('error');
  });

  it('shows and takes files in the folders that its owner has opened, and in no other', async () => {
    const path = join(files, 'notes', 'a.txt');
    const contentBase64 = Buffer.from('one').toString('base64');
    expect(await invoke('file.write', { path, contentBase64, createParents: true })).toMatchObject({
      ok: true,
      size: 3,
    });
    expect(await invoke('file.write', { path, contentBase64 })).toMatchObject({ error: { message: /already/ } });
    expect(await invoke('file.fetch', { path })).toMatchObject({ base64: contentBase64 });
    expect(await invoke('dir.list', { path: files })).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ name: 'notes', isDir: true })]),
    });
    for (const outside of ['/etc/passwd', join(files, '..', 'x'), join(stateDir, 'node.json')])
      expect(await invoke('file.fetch', { path: outside })).toMatchObject({
        error: { details: { nodeError: { code: 'PATH_DENIED' } } },
      });
  });

  it('is shown, renamed, asked and forgotten on the command line', async () => {
    expect((await cli('nodes', 'status')).stdout).toContain('Shed');
    const described = JSON.parse((await cli('nodes', 'describe', '--node', 'shed', '--json')).stdout);
    expect(described).toMatchObject({ nodeId, connected: true });
    const asked = await cli(
      'nodes',
      'invoke',
      '--node',
      'shed',
      '--command',
      'system.which',
      '--params',
      '{"bins":["sh"]}',
    );
    expect(JSON.parse(asked.stdout)).toMatchObject({ bins: { sh: expect.any(String) } });
    expect((await cli('nodes', 'rename', '--node', 'shed', '--name', 'Barn')).code).toBe(0);
    expect(await row()).toMatchObject({ displayName: 'Barn' });
    expect(JSON.parse((await cli('nodes', 'pending', '--json')).stdout)).toEqual([]);
    expect(await cli('nodes', 'describe', '--node', 'nobody')).toMatchObject({ code: 1 });
    const called = await cli('gateway', 'call', 'node.describe', '--params', JSON.stringify({ nodeId }));
    expect(JSON.parse(called.stdout)).toMatchObject({ displayName: 'Barn' });
  });

  it('comes back by its own token when the gateway does, without the secret', async () => {
    host.kill('SIGTERM');
    await until('it to be away', async () => (await row()) === undefined);
    expect(JSON.parse(readFileSync(join(stateDir, 'node.json'), 'utf8'))).toHaveProperty('deviceToken');
    host = start();
    await until('the node', async () => (await row()) !== undefined);
    await bench.restart();
    await until('the node again', async () => (await row()) !== undefined);
    expect(await row()).toMatchObject({ displayName: 'Barn', nodeId });
  });

  (SANDBOX ? it : it.skip)('that is killed ends what waits for it, and what it runs ends with it', async () => {
    const mark = join(stateDir, 'node-workspace', 'begun');
    const turn = bench.turn([{ name: 'exec', args: { command: 'touch begun; sleep 600', host: 'node' } }], {
      meanwhile: async () => {
        await until('the command', () => existsSync(mark));
        host.kill('SIGKILL');
      },
    });
    expect((await turn).join()).toMatch(/went away/);
  });
});
