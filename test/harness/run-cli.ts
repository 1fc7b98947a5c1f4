import { spawn } from 'node:child_process';
import { OPENCLAW, cleanEnvironment } from './gateway-process';

export interface CliResult {
  code: number | string;
  stdout: string;
  stderr: string;
}

/** Runs `bin/openclaw` as a process of its own and waits for its end. */
export async function runCli(
  args: readonly string[],
  {
    env = {},
    input,
    timeoutMs = 60_000,
    program = OPENCLAW,
    cwd,
  }: { env?: Record<string, string>; input?: string; timeoutMs?: number; program?: string; cwd?: string } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [program, ...args], {
    env: cleanEnvironment(env),
    ...(cwd === undefined ? {} : { cwd }),
  });
  const result = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (result.stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (result.stderr += chunk.toString('utf8')));
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const code = await new Promise<number | string>((resolve) =>
    child.once('close', (exit, signal) => resolve(exit ?? signal ?? 'unknown')),
  );
  clearTimeout(timer);
  return { code, ...result };
}
