import { type ChildProcess, spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { ExitCode } from '../../common/exit-codes';
import { OpenclawError } from '../../common/openclaw-error';
import { withOrdinaryRights } from '../../common/private-files';

/** A program that speaks the Agent Client Protocol on its standard input and output. */
export class AgentProcess {
  /** How it ended: its exit code or the signal. */
  readonly ended: Promise<string>;

  private constructor(private readonly child: ChildProcess) {
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(String(code ?? signal))));
  }

  /**
   * @param isHeard whether what it writes to standard error is shown
   * @throws OpenclawError PROGRAM_MISSING for one that can't be started
   */
  static async start(
    program: string,
    args: readonly string[],
    { env, cwd, isHeard }: { env: NodeJS.ProcessEnv; cwd: string; isHeard: boolean },
  ): Promise<AgentProcess> {
    const child = withOrdinaryRights(() =>
      spawn(program, [...args], { env, cwd, stdio: ['pipe', 'pipe', isHeard ? 'inherit' : 'ignore'] }),
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) =>
        reject(
          new OpenclawError('PROGRAM_MISSING', `"${program}" can't be started: ${cause.message}`, {
            cause,
            exitCode: ExitCode.failed,
          }),
        ),
      );
    });
    return new AgentProcess(child);
  }

  get input(): WritableStream<Uint8Array> {
    return Writable.toWeb(this.child.stdin as Writable) as WritableStream<Uint8Array>;
  }

  get output(): ReadableStream<Uint8Array> {
    return Readable.toWeb(this.child.stdout as Readable) as ReadableStream<Uint8Array>;
  }

  stop(): void {
    this.child.kill('SIGTERM');
  }
}
