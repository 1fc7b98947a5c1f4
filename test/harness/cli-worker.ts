import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { cleanEnvironment } from './gateway-process';
import type { CliResult } from './run-cli';

/**
 * Command lines of one spec in one process, one after the other: each costs the command and not the start of the program.
 * For commands that read nothing from standard input and end by themselves.
 */
export class CliWorker {
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly child: ChildProcess,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static start(env: Record<string, string>): CliWorker {
    const whole = cleanEnvironment(env);
    return new CliWorker(
      fork(join(__dirname, 'cli-worker-process.cjs'), { env: whole, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
      whole,
    );
  }

  run(...args: string[]): Promise<CliResult> {
    return this.runWith({}, ...args);
  }

  /** @param more variables of this command alone */
  runWith(more: Record<string, string>, ...args: string[]): Promise<CliResult> {
    const result = this.last.then(
      () =>
        new Promise<CliResult>((resolve, reject) => {
          const ended = (code: number | null): void => reject(new Error(`the worker ended with ${String(code)}`));
          this.child.once('exit', ended);
          this.child.once('message', (answer) => {
            this.child.off('exit', ended);
            resolve(answer as CliResult);
          });
          this.child.send({ args, env: { ...this.env, ...more } });
        }),
    );
    this.last = result.catch(() => undefined);
    return result;
  }

  async stop(): Promise<void> {
    await this.last;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.disconnect();
    await gone;
  }
}

let shared: CliWorker | undefined;
if (typeof afterAll === 'function')
  afterAll(async () => {
    await shared?.stop();
    shared = undefined;
  });

/**
 * As `runCli`, in one process for all commands of the spec. Not for a command that waits for another one, that reads from
 * standard input, or whose process is what the test is about.
 */
export function runCliShared(
  args: readonly string[],
  { env = {} }: { env?: Record<string, string> } = {},
): Promise<CliResult> {
  shared ??= CliWorker.start({});
  return shared.runWith(env, ...args);
}
