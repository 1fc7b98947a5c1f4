import { mkdirSync } from 'node:fs';
import { OpenclawError } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import type { PluginGrantsConfig } from '../../config/sections/extensions.config';
import { RunningCommand } from '../../tools/processes/running-command';
import type { SandboxDriver } from '../../tools/sandbox/sandbox';

const DEFAULT_MS = 60_000;
const MOST_MS = 600_000;
const MOST_CHARS = 1024 * 1024;
const MIB = 1024 * 1024;

/** What OpenClaw's `runCommandWithTimeout` resolves to. */
export interface ProgramResult {
  stdout: string;
  stderr: string;
  code: number | null;
  signal: string | null;
  killed: boolean;
  termination: 'exit' | 'timeout' | 'signal';
}

/**
 * Starts a program that the owner lets a plugin have: in the sandbox, where it sees the plugin's own folder and nothing
 * of the gateway's.
 * @throws OpenclawError PLUGIN_PROGRAM naming the setting that would allow it
 */
export async function runForPlugin(
  id: string,
  { argv, timeoutMs, env }: Record<string, unknown>,
  { programs = [], network = false }: PluginGrantsConfig,
  { driver, dataDir }: { driver: SandboxDriver; dataDir: string },
): Promise<ProgramResult> {
  const words = Array.isArray(argv) ? argv.map(String) : [];
  const [program] = words;
  if (program === undefined) throw new OpenclawError('PLUGIN_PROGRAM', 'runCommandWithTimeout: argv names no program');
  if (!programs.includes(program))
    throw new OpenclawError('PLUGIN_PROGRAM', `plugins.entries.${id}.grants.programs does not name ${program}`);
  const unusable = await driver.unusableReason();
  if (unusable !== undefined)
    throw new OpenclawError('PLUGIN_PROGRAM', `${program} needs the sandbox, which can't be used here: ${unusable}`);
  const most = typeof timeoutMs === 'number' && timeoutMs > 0 ? Math.min(timeoutMs, MOST_MS) : DEFAULT_MS;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const given = isPlainObject(env) ? Object.entries(env).filter(([, value]) => typeof value === 'string') : [];
  const plan = driver.plan({
    argv: words,
    cwd: dataDir,
    workspace: dataDir,
    writable: true,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...(Object.fromEntries(given) as Record<string, string>) },
    network,
    timeoutSeconds: Math.ceil(most / 1000),
  });
  const limits = { memoryBytes: 512 * MIB, processes: 64, freeDiskBytes: 64 * MIB, places: [dataDir] };
  let [stdout, stderr] = ['', ''];
  const command = new RunningCommand({ ...plan, limits }, most, (_, piece, isError) => {
    if (stdout.length + stderr.length + piece.length > MOST_CHARS) return;
    if (isError) stderr += piece;
    else stdout += piece;
  });
  const { exitCode, signal, stopped } = await command.ended;
  return {
    stdout,
    stderr,
    code: exitCode,
    signal,
    killed: stopped !== undefined,
    termination: stopped === 'timeout' ? 'timeout' : signal === null ? 'exit' : 'signal',
  };
}
