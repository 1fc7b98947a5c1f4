import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../skills');

export interface ScriptEnd {
  code: number | null;
  out: string;
  err: string;
}

/** Runs a script of a skill as its text says, while servers of the test can answer. */
export function runScript(
  script: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<ScriptEnd> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(ROOT, script), ...args], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, TZ: 'UTC', ...env },
    });
    const end: ScriptEnd = { code: null, out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (end.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (end.err += chunk.toString()));
    child.on('error', fail);
    child.on('close', (code) => done({ ...end, code }));
  });
}
