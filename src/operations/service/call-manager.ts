import { execFile } from 'node:child_process';

const TIMEOUT_MS = 60_000;

/**
 * Runs a command of a service manager.
 * @returns what it printed
 * @throws Error with what it said on `stderr`
 */
export function callManager([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: TIMEOUT_MS, env }, (error, stdout, stderr) => {
      if (error) reject(Object.assign(error, { stderr }));
      else resolve(stdout);
    });
  });
}
