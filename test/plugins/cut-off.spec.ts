import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { OPENCLAW, cleanEnvironment, until, writeConfig } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // Who has ended and was not waited for by anybody still has a number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('an installation that is cut off', () => {
  let folder: string;
  let stateDir: string;
  let child: ChildProcess | undefined;
  const at = (...parts: string[]): string => join(folder, ...parts);
  const env = (): Record<string, string> => ({
    OPENCLAW_STATE_DIR: stateDir,
    PATH: [at('bin'), process.env['PATH'] ?? ''].join(delimiter),
  });
  const cli = (...args: string[]): Promise<CliResult> => runCli(args, { env: env() });
  const hidden = (): string[] => readdirSync(join(stateDir, 'plugins')).filter((name) => name.startsWith('.'));

  function plugin(files: Record<string, string>): string {
    mkdirSync(at('source'), { recursive: true });
    const manifest = { id: 'calm', main: 'index.js', tools: [{ name: 'work', description: 'works' }] };
    const all = { 'openclaw.plugin.json': JSON.stringify(manifest), 'index.js': 'exports.tools = {};', ...files };
    for (const [name, text] of Object.entries(all)) writeFileSync(at('source', name), text);
    return at('source');
  }
  const needy = { 'package.json': JSON.stringify({ name: 'calm', dependencies: { 'is-slow': '1.0.0' } }) };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-cut-off-'));
    stateDir = at('state');
    mkdirSync(stateDir, { mode: 0o700 });
    writeConfig(stateDir, {});
    mkdirSync(at('bin'));
    // An npm that never comes to an end, with a program of its own below it.
    writeFileSync(
      at('bin', 'npm'),
      `#!/bin/sh
[ "$1" = config ] && { echo '{"registry":"https://registry.example.org/"}'; exit; }
sleep 600 &
echo "$$ $!" > '${at('pids')}.new'
mv '${at('pids')}.new' '${at('pids')}'
wait
`,
    );
    chmodSync(at('bin', 'npm'), 0o755);
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a command until npm works, and ends it so. */
  async function cutOff(signal: NodeJS.Signals, ...args: string[]): Promise<void> {
    child = spawn(process.execPath, [OPENCLAW, ...args], { env: cleanEnvironment(env()), stdio: 'pipe' });
    const ended = new Promise((done) => child?.once('exit', done));
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (said += data.toString()));
    await until('npm to run', () => {
      if (child?.exitCode !== null) throw new Error(`it ended with ${child?.exitCode}: ${said}`);
      return existsSync(at('pids'));
    });
    const pids = readFileSync(at('pids'), 'utf8').trim().split(' ').map(Number);
    expect(pids.map(isThere)).toEqual([true, true]);
    child.kill(signal);
    await ended;
    await until('npm and what it has started to end', () => !pids.some(isThere));
  }

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('by %s ends npm, and the next one clears up', async (signal) => {
    await cutOff(signal, 'plugins', 'install', plugin(needy));
    expect(hidden()).toEqual([expect.stringMatching(/^\.staged-/)]);
    const found = await cli('doctor');
    expect(found.stdout).toMatch(/note +plugin: .*\.staged-.* is left of an installation that was cut off/);
    rmSync(at('source'), { recursive: true });
    expect((await cli('plugins', 'install', plugin({}))).code).toBe(0);
    expect(readdirSync(join(stateDir, 'plugins'))).toEqual(['calm']);
  });

  it('while a plugin is updated leaves the one that was there, once doctor has looked', async () => {
    expect((await cli('plugins', 'install', plugin({}))).code).toBe(0);
    plugin(needy);
    await cutOff('SIGKILL', 'plugins', 'update', 'calm');
    const fixed = await cli('doctor', '--fix');
    expect(fixed.stdout).toContain('plugin calm is back: its update was cut off');
    expect(readdirSync(join(stateDir, 'plugins'))).toEqual(['calm']);
    expect(existsSync(join(stateDir, 'plugins', 'calm', 'index.js'))).toBe(true);
  });
});
