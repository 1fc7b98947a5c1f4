import { spawn } from 'node:child_process';
import { ToolError } from '../agent-tool';
import type { SpawnPlan } from './sandbox';

/** Characters of output that are kept; the middle of longer output is left out. */
export const MAX_OUTPUT = 200_000;
const KILL_AFTER_MS = 1500;

export interface CommandOutcome {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** Standard output and error, interleaved as they came. */
  output: string;
  truncated: boolean;
  timedOut: boolean;
  durationMs: number;
}

export interface RunOptions {
  timeoutMs: number;
  signal: AbortSignal;
  onOutput?(tail: string): void;
}

/** The one place that starts a command. The whole process group ends on time-out or abort. */
export function runCommand(plan: SpawnPlan, options: RunOptions): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(plan.file, plan.args, {
      cwd: plan.cwd,
      env: plan.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const output = new CappedOutput();
    let timedOut = false;
    const stop = (): void => killGroup(child.pid);
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, options.timeoutMs);
    options.signal.addEventListener('abort', stop, { once: true });
    if (options.signal.aborted) stop();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output.add(text);
        options.onOutput?.(output.tail());
      });
    }
    const settle = (): void => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', stop);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(new ToolError('sandbox_unavailable', `${plan.file} can't be started: ${error.message}`));
    });
    child.on('close', (exitCode, signal) => {
      settle();
      resolve({
        exitCode,
        signal,
        output: output.text(),
        truncated: output.truncated,
        timedOut,
        durationMs: Math.round(performance.now() - started),
      });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  send('SIGTERM');
  setTimeout(() => send('SIGKILL'), KILL_AFTER_MS).unref();
}

/** Keeps the first and the last part of a long output. */
class CappedOutput {
  private head = '';
  private rest = '';
  truncated = false;

  add(text: string): void {
    const half = MAX_OUTPUT / 2;
    if (this.head.length < half) {
      const take = text.slice(0, half - this.head.length);
      this.head += take;
      text = text.slice(take.length);
    }
    this.rest += text;
    if (this.rest.length > half * 2) {
      this.truncated = true;
      this.rest = this.rest.slice(-half);
    }
  }

  text(): string {
    const half = MAX_OUTPUT / 2;
    if (this.rest.length <= half && !this.truncated) return this.head + this.rest;
    this.truncated = true;
    return `${this.head}\n[… output left out …]\n${this.rest.slice(-half)}`;
  }

  tail(): string {
    return (this.head + this.rest).slice(-400);
  }
}
