import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import type { CliResult } from '../harness/run-cli';
import { WireClient } from '../harness/wire-client';

describe('backups', () => {
  let gateway: GatewayProcess;
  let folder: string;
  const cli = (...args: string[]): Promise<CliResult> =>
    runCliShared(['backup', ...args], {
      env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
    });
  const say = async (client: WireClient, message: string): Promise<void> => {
    const { payload } = await client.call('chat.send', { sessionKey: 'main', message, idempotencyKey: message });
    await client.call('agent.wait', { runId: payload?.['runId'], timeoutMs: 60_000 });
  };
  const history = async (): Promise<string> => {
    const client = await WireClient.connected(gateway.url);
    const { payload } = await client.call('chat.history', { sessionKey: 'main' });
    client.close();
    return JSON.stringify(payload);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-backup-test-'));
    gateway = await GatewayProcess.start({ config: {} });
    const client = await WireClient.connected(gateway.url);
    await say(client, 'remember the tulips');
    client.close();
    writeFileSync(join(gateway.stateDir, 'workspace', 'MEMORY.md'), '# Tulips\n');
  });
  afterEach(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are made while the gateway runs, verified by restoring them, and bring everything back', async () => {
    const archive = join(folder, 'all.tar.gz');
    const made = await cli('create', '--output', archive, '--json');
    expect(JSON.parse(made.stdout)).toMatchObject({ path: archive, database: 'sqlite' });
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect((await cli('create', '--output', archive)).stderr).toContain('is there already');
    expect((await cli('verify', archive)).stdout).toContain('database sound');
    const client = await WireClient.connected(gateway.url);
    await say(client, 'forget the roses');
    client.close();
    expect((await cli('restore', archive)).stderr).toContain('the gateway runs');
    await gateway.signal('SIGTERM');
    expect((await cli('restore', archive, '--dry-run')).stdout).toContain('nothing was changed');
    rmSync(join(gateway.stateDir, 'workspace'), { recursive: true });
    const restored = JSON.parse((await cli('restore', archive, '--json')).stdout) as { before: string };
    expect(existsSync(restored.before)).toBe(true);
    expect(readFileSync(join(gateway.stateDir, 'workspace', 'MEMORY.md'), 'utf8')).toBe('# Tulips\n');
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    const told = await history();
    expect(told).toContain('tulips');
    expect(told).not.toContain('roses');
    rmSync(restored.before, { recursive: true });
  });

  it('can be made without a gateway, of the configuration alone, or without workspaces', async () => {
    await gateway.signal('SIGTERM');
    const files = async (...args: string[]): Promise<number> => {
      const archive = join(folder, `${Math.random()}.tar.gz`);
      expect((await cli('create', '--output', archive, ...args)).code).toBe(0);
      return (JSON.parse((await cli('verify', archive, '--json')).stdout) as { files: number }).files;
    };
    expect(await files('--only-config')).toBe(1);
    const [all, bare] = [await files(), await files('--no-workspace')];
    expect(all).toBeGreaterThan(bare);
    expect(bare).toBeGreaterThan(2);
    const inState = await cli('create', '--json');
    expect((JSON.parse(inState.stdout) as { path: string }).path).toContain(join(gateway.stateDir, 'backups'));
  });

  it('hold workspaces outside the state folder, and put them back there when told so', async () => {
    const workspace = join(folder, 'elsewhere');
    mkdirSync(workspace);
    writeFileSync(join(workspace, 'MEMORY.md'), '# Roses\n');
    const set = ['config', 'set', 'agents.defaults.workspace', workspace];
    expect((await runCliShared(set, { env: { OPENCLAW_STATE_DIR: gateway.stateDir } })).code).toBe(0);
    await gateway.signal('SIGTERM');
    const archive = join(folder, 'all.tar.gz');
    expect((await cli('create', '--output', archive)).code).toBe(0);
    writeFileSync(join(workspace, 'MEMORY.md'), '# Weeds\n');
    const kept = await cli('restore', archive);
    expect(kept.stdout).toContain(`The workspace of ${workspace} is in`);
    expect(readFileSync(join(workspace, 'MEMORY.md'), 'utf8')).toBe('# Weeds\n');
    expect(readFileSync(join(gateway.stateDir, 'outside', '0', 'MEMORY.md'), 'utf8')).toBe('# Roses\n');
    const { workspaces } = JSON.parse((await cli('restore', archive, '--workspaces', '--json')).stdout) as {
      workspaces: { at: string; now: string; before: string }[];
    };
    expect(workspaces).toMatchObject([{ at: workspace, now: workspace }]);
    expect(readFileSync(join(workspace, 'MEMORY.md'), 'utf8')).toBe('# Roses\n');
    expect(readFileSync(join(workspaces[0]?.before ?? '', 'MEMORY.md'), 'utf8')).toBe('# Weeds\n');
    for (const name of readdirSync(dirname(gateway.stateDir)))
      if (name.startsWith(`${basename(gateway.stateDir)}.before-`))
        rmSync(join(dirname(gateway.stateDir), name), { recursive: true });
  });

  it('that are cut off or changed are named as broken, and change nothing', async () => {
    await gateway.signal('SIGTERM');
    const archive = join(folder, 'a.tar.gz');
    await cli('create', '--output', archive);
    const bytes = readFileSync(archive);
    writeFileSync(join(folder, 'cut.tar.gz'), bytes.subarray(0, bytes.length / 2));
    writeFileSync(join(folder, 'text.tar.gz'), 'no archive');
    const before = readdirSync(gateway.stateDir);
    for (const name of ['cut.tar.gz', 'text.tar.gz', 'nothing.tar.gz']) {
      const result = await cli('restore', join(folder, name));
      expect([result.code, result.stderr.length > 0]).toEqual([1, true]);
    }
    expect(readdirSync(gateway.stateDir)).toEqual(before);
    expect((await cli('verify')).code).toBe(2);
  });

  it('a copy of the database is kept before its schema changes', async () => {
    await gateway.signal('SIGTERM');
    const database = new SqliteFile(join(gateway.stateDir, 'openclaw-nest.sqlite'));
    for (const table of ['webhook_deliveries', 'hook_requests', 'heartbeats', 'system_events'])
      database.exec(`drop table ${table}`);
    database.exec("delete from schema_migrations where name = '0006-automation'");
    database.close();
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    await until('the copy', () => existsSync(join(gateway.stateDir, 'backups')));
    const [copy = ''] = readdirSync(join(gateway.stateDir, 'backups'));
    expect(copy).toMatch(/^before-0006-automation-\d+\.sqlite$/);
    const kept = new SqliteFile(join(gateway.stateDir, 'backups', copy), { readOnly: true });
    expect(kept.pragmaValue('integrity_check')).toBe('ok');
    expect(kept.prepare("select count(*) as n from sqlite_master where name = 'heartbeats'").get()).toEqual({ n: 0 });
    kept.close();
    expect(await history()).toContain('tulips');
  });
});
