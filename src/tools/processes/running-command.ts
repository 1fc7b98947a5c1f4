import type { ChildProcess } from 'node:child_process';
import { timerMs } from '../../common/sleep';
import { ToolError } from '../agent-tool';
import type { SpawnPlan } from '../sandbox/sandbox';
import { startPlan } from '../sandbox/start-plan';
import { watchTree } from '../sandbox/tree-watch';
import { CappedOutput } from './capped-output';

const KILL_AFTER_MS = 1500;

export interface CommandEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Why the gateway stopped it; undefined when it ended by itself. */
  stopped?: 'timeout' | 'killed' | 'limits';
  /** The limit that was exceeded. */
  limit?: string;
  durationMs: number;
}

/** A started command. The one place that starts one: its whole process group ends with it. */
export class RunningCommand {
  readonly output = new CappedOutput();
  readonly startedAt = Date.now();
  /** Resolves when it has ended and its output is complete; rejects when it could not be started. */
  readonly ended: Promise<CommandEnd>;
  end: CommandEnd | undefined;
  private readonly child: ChildProcess;
  private stopReason: CommandEnd['stopped'];
  private limit: string | undefined;

  /** @param timeoutMs after which it is stopped */
  constructor(plan: SpawnPlan, timeoutMs: number, onOutput?: (tail: string, piece: string, isError: boolean) => void) {
    const started = performance.now();
    this.child = startPlan(plan);
    const { child } = this;
    child.stdin?.on('error', () => undefined);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        this.output.add(text);
        onOutput?.(this.output.tail(), text, stream === child.stderr);
      });
    }
    const timer = setTimeout(() => this.stop('timeout'), timerMs(timeoutMs));
    const unwatch =
      plan.limits && child.pid !== undefined
        ? watchTree(child.pid, plan.limits, (limit) => {
            this.limit = limit;
            this.stop('limits', true);
          })
        : undefined;
    this.ended = new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        unwatch?.();
      };
      child.on('error', (error: NodeJS.ErrnoException) => {
        settle();
        reject(new ToolError('sandbox_unavailable', `${plan.file} can't be started: ${error.message}`));
      });
      child.on('close', (exitCode, signal) => {
        settle();
        this.end = {
          exitCode,
          signal,
          ...(this.stopReason ? { stopped: this.stopReason } : {}),
          ...(this.limit ? { limit: this.limit } : {}),
          durationMs: Math.round(performance.now() - started),
        };
        resolve(this.end);
      });
    });
    this.ended.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Writes to standard input. @returns false when it is closed */
  write(data: string | Buffer): boolean {
    const { stdin } = this.child;
    if (!stdin || stdin.destroyed || stdin.writableEnded) return false;
    stdin.write(data);
    return true;
  }

  /** Ends standard input. */
  closeInput(): void {
    this.child.stdin?.end();
  }

  /** Ends the command and everything it started: asks first, forces after a moment. */
  stop(reason: NonNullable<CommandEnd['stopped']>, atOnce = false): void {
    if (this.end || this.child.pid === undefined) return;
    this.stopReason ??= reason;
    if (!atOnce) this.signal('SIGTERM');
    if (atOnce) this.signal('SIGKILL');
    else setTimeout(() => this.signal('SIGKILL'), KILL_AFTER_MS).unref();
  }

  private signal(signal: NodeJS.Signals): void {
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, signal);
    } catch {
      // The group is gone already.
    }
  }
}
