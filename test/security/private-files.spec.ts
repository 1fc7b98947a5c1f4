import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { TEST_TOKEN, until } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

const OTHERS = 0o077;
const SKILL = '---\nname: greeter\ndescription: greets\n---\nSay hello.\n';
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What somebody else than its owner may use, with its rights; links have none of their own. */
function openToOthers(folder: string): string[] {
  const found: string[] = [];
  const look = (path: string): void => {
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (entry === undefined || entry.isSymbolicLink()) return;
    if ((entry.mode & OTHERS) !== 0) found.push(`${relative(folder, path)} ${(entry.mode & 0o777).toString(8)}`);
    if (entry.isDirectory()) for (const name of readdirSync(path)) look(join(path, name));
  };
  look(folder);
  return found;
}

describe('the state folder of a gateway that is used', () => {
  let bench: ToolBench;
  let base: string;
  const seenOpen = new Set<string>();
  const note = (): void => openToOthers(bench.gateway.stateDir).forEach((found) => seenOpen.add(found));
  const state = (...path: string[]): string => join(bench.gateway.stateDir, ...path);
  const call = async (method: string, params: unknown = {}): Promise<Record<string, unknown>> => {
    const { error, payload } = await bench.client.call(method, params);
    expect([method, error]).toEqual([method, undefined]);
    return payload as Record<string, unknown>;
  };
  const cli = async (args: string[], input?: string): Promise<CliResult> => {
    const result = await runCli(args, {
      env: {
        OPENCLAW_STATE_DIR: bench.gateway.stateDir,
        OPENCLAW_GATEWAY_TOKEN: TEST_TOKEN,
        OPENCLAW_GATEWAY_PORT: String(bench.gateway.port),
      },
      ...(input === undefined ? {} : { input }),
      timeoutMs: 60_000,
    });
    expect([args, result.code, result.code === 0 ? '' : result.stderr]).toEqual([args, 0, '']);
    return result;
  };

  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'openclaw-private-'));
    const usual = process.umask(0);
    try {
      bench = await ToolBench.start({
        config: {
          logging: { level: 'debug', file: join(base, 'log', 'gateway.log') },
          hooks: { internal: { enabled: true, entries: { 'session-memory': { enabled: true } } } },
        },
      });
    } finally {
      process.umask(usual);
    }
  });
  afterAll(async () => {
    await bench.stop();
    rmSync(base, { recursive: true, force: true });
  });

  it('has nothing that others may read after the assistant has worked', async () => {
    await bench.turn([
      { name: 'write', args: { path: 'MEMORY.md', content: 'likes tea' } },
      { name: 'write', args: { path: 'memory/deep/er/note.md', content: 'a note' } },
      { name: 'edit', args: { path: 'MEMORY.md', oldText: 'tea', newText: 'coffee' } },
      { name: 'exec', args: { command: 'mkdir -p made/inner && echo x > made/inner/by-command' } },
      { name: 'pdf_generate', args: { title: 'Report', content: 'one line' } },
      { name: 'memory_search', args: { query: 'coffee' } },
    ]);
    await call('chat.send', {
      sessionKey: 'pictures',
      message: 'look',
      idempotencyKey: 'picture-1',
      attachments: [{ type: 'image', mimeType: 'image/png', fileName: 'a.png', content: PICTURE }],
    });
    await call('agent.wait', { runId: 'picture-1', timeoutMs: 60_000 });
    await call('memory.index', { force: true });
    await call('sessions.reset', { key: 'pictures' });
    await call('cron.add', {
      name: 'daily',
      schedule: { kind: 'every', everyMs: 86_400_000 },
      sessionTarget: 'main',
      payload: { kind: 'systemEvent', text: 'good morning' },
    });
    expect(lstatSync(state('workspace', 'memory', 'deep', 'er', 'note.md')).isFile()).toBe(true);
    expect(lstatSync(state('workspace', 'made', 'inner', 'by-command')).isFile()).toBe(true);
    expect(openToOthers(bench.gateway.stateDir)).toEqual([]);
    expect(openToOthers(join(base, 'log'))).toEqual([]);
  });

  it('nor after the commands of its owner, with a umask that hides nothing', async () => {
    const skill = join(base, 'greeter');
    mkdirSync(join(skill, 'data'), { recursive: true });
    writeFileSync(join(skill, 'SKILL.md'), SKILL);
    writeFileSync(join(skill, 'data', 'words.txt'), 'hello\n');
    for (const path of [skill, join(skill, 'data')]) chmodSync(path, 0o777);
    const hook = join(base, 'marker');
    mkdirSync(hook);
    writeFileSync(
      join(hook, 'HOOK.md'),
      '---\nname: marker\ndescription: d\nmetadata: {"openclaw":{"events":["command:new"]}}\n---\n',
    );
    writeFileSync(join(hook, 'handler.js'), 'module.exports = () => undefined;\n');
    chmodSync(join(hook, 'handler.js'), 0o666);
    const usual = process.umask(0);
    try {
      await cli(['config', 'set', 'agents.defaults.timeoutSeconds', '300']);
      await cli(['config', 'set', 'agents.defaults.timeoutSeconds', '301']);
      await cli(['secrets', 'set', 'brave'], 'a-secret-of-the-owner');
      await cli(['skills', 'install', skill, '--yes']);
      await cli(['hooks', 'install', hook]);
      await cli(['diagnostics', 'export', '--output', state('diagnostics.json')]);
      await cli(['logs', '--limit', '5']);
    } finally {
      process.umask(usual);
    }
    for (const path of ['skills/greeter/data/words.txt', 'hooks/marker/handler.js'])
      expect(lstatSync(state(path)).isFile()).toBe(true);
    expect(openToOthers(bench.gateway.stateDir)).toEqual([]);
  });

  it('nor while a backup grows, by a gateway or without one', async () => {
    // Something that does not pack, so that it takes a while.
    execFileSync('dd', ['if=/dev/urandom', `of=${state('workspace', 'big')}`, 'bs=1M', 'count=24'], {
      stdio: 'ignore',
    });
    chmodSync(state('workspace', 'big'), 0o600);
    const halves = new Set<string>();
    const watcher = setInterval(() => {
      note();
      for (const name of readdirSync(state()))
        if (name === 'backups') readdirSync(state(name)).forEach((at) => halves.add(at));
    }, 5);
    const usual = process.umask(0);
    try {
      await call('backup.create');
      await bench.gateway.signal('SIGTERM');
      await cli(['backup', 'create']);
      await until('a backup seen while it grew', () => [...halves].some((name) => name.endsWith('.half')));
    } finally {
      clearInterval(watcher);
      process.umask(usual);
    }
    note();
    expect([...seenOpen]).toEqual([]);
    expect(readdirSync(state('backups'))).toHaveLength(2);
  });

  it('nor after a plugin was installed', async () => {
    const plugin = join(base, 'counter');
    mkdirSync(plugin);
    writeFileSync(join(plugin, 'openclaw.plugin.json'), JSON.stringify({ id: 'counter', main: 'index.js' }));
    writeFileSync(join(plugin, 'index.js'), 'module.exports = () => undefined;\n');
    for (const name of ['openclaw.plugin.json', 'index.js']) chmodSync(join(plugin, name), 0o755);
    await cli(['plugins', 'install', plugin]);
    expect(lstatSync(state('plugins', 'counter', 'index.js')).isFile()).toBe(true);
    expect(openToOthers(bench.gateway.stateDir)).toEqual([]);
  });

  it('and a file that is open to others would be seen', () => {
    const folder = join(base, 'control');
    mkdirSync(join(folder, 'inner'), { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    writeFileSync(join(folder, 'inner', 'file'), '');
    chmodSync(join(folder, 'inner'), 0o710);
    chmodSync(join(folder, 'inner', 'file'), 0o604);
    expect(openToOthers(folder)).toEqual(['inner 710', 'inner/file 604']);
  });
});
