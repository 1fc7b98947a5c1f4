import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { ExitCode } from '../../common/exit-codes';
import type { Environment } from '../../config/environment';

/**
 * Runs the program that is on disk now with the arguments of this process, which stays as its parent: a terminal, a
 * container or a script waits for this one. Signals are handed on; when it ends to be started again, it is.
 * @returns its exit code
 */
export async function runSuccessor(env: Environment): Promise<number> {
  // A terminal tells all of its processes at once; a second signal would cut the shutdown short.
  const signals: NodeJS.Signals[] = process.stdin.isTTY ? ['SIGTERM'] : ['SIGTERM', 'SIGINT'];
  for (;;) {
    const code = await runOnce({ ...env.all(), OPENCLAW_SERVICE: '1' }, signals);
    if (code !== ExitCode.startAgain) return code;
  }
}

function runOnce(env: NodeJS.ProcessEnv, signals: readonly NodeJS.Signals[]): Promise<number> {
  const program = join(appRoot(), 'bin', 'openclaw');
  const args = [...process.execArgv, program, ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env });
  const handOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of signals) process.on(signal, handOn);
  return new Promise((resolve) => {
    const end = (code: number): void => {
      for (const signal of signals) process.off(signal, handOn);
      resolve(code);
    };
    child.once('error', (error) => {
      process.stderr.write(`error: the new release can't be started: ${error.message}\n`);
      end(ExitCode.failed);
    });
    child.once('exit', (code) => end(code ?? ExitCode.failed));
  });
}
